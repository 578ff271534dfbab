package web

import (
	"net/http"

	"bureau/access"
)

// A departmentReview is a department with who belongs to it, for those who look
// after it.
type departmentReview struct {
	departmentName
	People []memberName `json:"people"`
}

type memberName struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// listDepartments answers GET /api/departments: what a person looks after, which
// for most is nothing.
func (s *Server) listDepartments(w http.ResponseWriter, r *http.Request, who caller) error {
	reviews, err := s.config.Directory.Reviews(r.Context(), who.ID, s.config.Now())
	if err != nil {
		return err
	}
	language := speak(r.Header.Get("Accept-Language"))
	list := []departmentReview{}
	for _, one := range reviews {
		review := departmentReview{departmentName: s.names([]access.Department{one.Department}, language)[0], People: []memberName{}}
		for _, member := range one.People {
			review.People = append(review.People, memberName{member.ID, member.Name})
		}
		list = append(list, review)
	}
	return respond(w, http.StatusOK, map[string]any{"departments": list})
}
