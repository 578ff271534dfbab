package audit

import (
	"encoding/json"
	"strings"
)

// OCSFVersion is the version of the Open Cybersecurity Schema Framework whose
// classes lines are exported in.
const OCSFVersion = "1.3.0"

// The classes of OCSF that lines are put into.
const (
	accountChange    = 3001
	authentication   = 3002
	entityManagement = 3004
	lifecycle        = 6002
	apiActivity      = 6003
)

// ocsfKinds says which class and activity of OCSF a kind of line is. Other kinds,
// and those of the audit itself, are activity 99 of API Activity.
var ocsfKinds = map[Kind]struct {
	class, activity int
}{
	SourcesSent{}.kind():         {apiActivity, 2}, // Read
	AnswerEnded{}.kind():         {apiActivity, 2},
	AnswerPublished{}.kind():     {apiActivity, 1}, // Create
	PassagesShown{}.kind():       {apiActivity, 2},
	DocumentOpened{}.kind():      {apiActivity, 2},
	ExportMade{}.kind():          {apiActivity, 2},
	SignedIn{}.kind():            {authentication, 1}, // Logon
	SignInRefused{}.kind():       {authentication, 1},
	SignedOut{}.kind():           {authentication, 2}, // Logoff
	SessionsEnded{}.kind():       {authentication, 2},
	TokenMade{}.kind():           {entityManagement, 1},
	TokenRevoked{}.kind():        {entityManagement, 4},
	AccountChanged{}.kind():      {accountChange, 99},
	DirectoryChanged{}.kind():    {entityManagement, 3}, // Update
	ConfigurationLoaded{}.kind(): {lifecycle, 3},        // Start
	PolicyChanged{}.kind():       {entityManagement, 3},
	IndexSwitched{}.kind():       {entityManagement, 3},
}

// accountActivities are the activities of OCSF's Account Change.
var accountActivities = map[string]int{"added": 1, "enabled": 2, "password": 3, "disabled": 5}

// ToOCSF returns a line as an event of OCSF. What OCSF has no place for is under
// "unmapped", as it is in the line. product is the version of Bureau.
func ToOCSF(l Line, product string) map[string]any {
	kind, known := ocsfKinds[l.Kind]
	if !known {
		kind.class, kind.activity = apiActivity, 99
	}
	change, isChange := Decode[AccountChanged](l)
	if isChange && accountActivities[change.Change] > 0 {
		kind.activity = accountActivities[change.Change]
	}
	event := map[string]any{
		"class_uid": kind.class, "category_uid": kind.class / 1000, "activity_id": kind.activity, "type_uid": kind.class*100 + kind.activity,
		"time": l.Time.UnixMilli(), "severity_id": severityOf(l), "status_id": statusOf(l),
		"metadata": map[string]any{
			"version": OCSFVersion, "sequence": l.Seq, "uid": l.Code, "original_time": l.Time, "event_code": l.Kind, "log_name": "bureau audit",
			"product": map[string]any{"name": "Bureau", "vendor_name": "Bureau", "version": product},
		},
		"actor":    actorOf(l.By),
		"unmapped": map[string]any{"by": l.By, "question": l.Question, "event": l.Event, "line_before": l.Before},
	}
	switch kind.class {
	case apiActivity:
		event["api"] = map[string]any{"operation": l.Kind, "service": map[string]any{"name": l.By.Door}}
		event["src_endpoint"] = endpointOf(l.By)
		if resources := resourcesOf(l); len(resources) > 0 {
			event["resources"] = resources
		}
	case authentication:
		event["user"] = userOf(l.By)
		if ended, ok := Decode[SessionsEnded](l); ok && ended.Person != "" {
			event["user"] = map[string]any{"uid": ended.Person}
		}
		event["service"] = map[string]any{"name": "Bureau"}
		event["src_endpoint"] = endpointOf(l.By)
	case accountChange:
		event["user"] = map[string]any{"uid": change.Person}
	case entityManagement:
		event["entity"] = entityOf(l)
	case lifecycle:
		event["app"] = map[string]any{"name": "Bureau", "vendor_name": "Bureau", "version": product}
	}
	return event
}

// severityOf returns Informational, or High for what somebody should look at.
func severityOf(l Line) int {
	sent, _ := Decode[SourcesSent](l)
	if l.Kind == (Damaged{}).kind() || l.Kind == (LinesLost{}).kind() || len(sent.Withheld) > 0 {
		return 4
	}
	return 1
}

// statusOf returns Success or Failure.
func statusOf(l Line) int {
	ended, _ := Decode[AnswerEnded](l)
	if l.Kind == (SignInRefused{}).kind() || ended.Verdict == Failed || ended.Verdict == Revoked {
		return 2
	}
	return 1
}

func actorOf(by By) map[string]any {
	actor := map[string]any{"user": userOf(by)}
	if by.Session != "" {
		actor["session"] = map[string]any{"uid": by.Session}
	}
	return actor
}

func userOf(by By) map[string]any {
	user := map[string]any{"uid": by.Person}
	if by.Account != "" {
		user["name"] = by.Account
	}
	if by.Token != "" {
		user["credential_uid"] = by.Token
	}
	return user
}

func endpointOf(by By) map[string]any {
	if by.Address != "" {
		return map[string]any{"ip": by.Address}
	}
	return map[string]any{"name": by.Door}
}

// resourcesOf returns the documents that a line names.
func resourcesOf(l Line) (resources []map[string]any) {
	var event struct {
		Document, Version string
		Sources           []Passage
	}
	if json.Unmarshal(l.Event, &event) != nil {
		return nil
	}
	if event.Document != "" {
		resources = append(resources, map[string]any{"type": "document", "uid": event.Document, "version": event.Version})
	}
	for _, p := range event.Sources {
		data := map[string]any{"document": p.Document}
		if len(p.Also) > 0 {
			data["also"] = p.Also
		}
		resources = append(resources, map[string]any{"type": "passage", "uid": p.Passage, "version": p.Version, "data": data})
	}
	return resources
}

// entityOf returns what was made, changed or deleted.
func entityOf(l Line) map[string]any {
	kind, _, _ := strings.Cut(string(l.Kind), ".")
	entity := map[string]any{"type": kind, "name": kind}
	if made, ok := Decode[TokenMade](l); ok {
		entity["uid"], entity["name"] = made.Token, made.Name
	}
	if revoked, ok := Decode[TokenRevoked](l); ok {
		entity["uid"] = revoked.Token
	}
	return entity
}
