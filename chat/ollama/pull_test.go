package ollama

import (
	"net/http"
	"slices"
	"testing"
)

func TestMissingModelIsDownloaded(t *testing.T) {
	client := serve(t, map[string]http.HandlerFunc{
		"/api/show": refuse(http.StatusNotFound, "model not found"),
		"/api/pull": lines(`{"status":"pulling manifest"}`+"\n",
			`{"status":"pulling a1","digest":"sha256:a1","total":100,"completed":40}`+"\n", `{"status":"success"}`+"\n"),
	})
	var seen []int64
	err := client.EnsureModel(t.Context(), "m", func(completed, total int64, _ string) { seen = append(seen, completed, total) })
	if err != nil || !slices.Equal(seen, []int64{0, 0, 40, 100, 0, 0}) {
		t.Errorf("progress %v, error %v", seen, err)
	}
}

func TestPresentModelIsNotDownloaded(t *testing.T) {
	client := serve(t, map[string]http.HandlerFunc{"/api/pull": func(http.ResponseWriter, *http.Request) { t.Error("downloaded") }})
	if err := client.EnsureModel(t.Context(), "m", nil); err != nil {
		t.Error(err)
	}
}

func TestDownloadThatDoesNotSucceedIsAnError(t *testing.T) {
	for name, c := range map[string]struct {
		route http.HandlerFunc
		kind  error
	}{
		"Cut":         {lines(`{"status":"pulling manifest"}` + "\n"), ErrCut},
		"NoSuchModel": {lines(`{"error":"pull model manifest: file does not exist"}` + "\n"), ErrModelMissing},
	} {
		t.Run(name, func(t *testing.T) {
			client := serve(t, map[string]http.HandlerFunc{"/api/show": refuse(http.StatusNotFound, "no"), "/api/pull": c.route})
			wantUnavailable(t, client.EnsureModel(t.Context(), "m", nil), c.kind)
		})
	}
}

func TestHealthNamesTheModelThatIsMissing(t *testing.T) {
	client := serve(t, map[string]http.HandlerFunc{"/api/show": refuse(http.StatusNotFound, "model not found")})
	err := client.Health(t.Context(), "bge-m3")
	wantUnavailable(t, err, ErrModelMissing)
	wantWords(t, err, "ollama pull bge-m3")
}
