package retrieval

import (
	"context"
	"math"
	"reflect"
	"testing"
	"time"

	"bureau/access"
)

// bilingual is an index with one English and one Chinese passage, the English
// one always nearer.
type bilingual struct{}

func (bilingual) Search(context.Context, access.Scope, Query) (Rankings, error) {
	return Rankings{Dense: []Hit{{Passage: "en", Score: .9}, {Passage: "zh", Score: .8}}, DenseFloor: .8}, nil
}

func (bilingual) Load(context.Context, access.Scope, []string) ([]Found, error) {
	return []Found{{Passage: Passage{ID: "en", Text: "annual leave"}}, {Passage: Passage{ID: "zh", Text: "年假"}}}, nil
}

func TestLevelsAreMeasuredByScript(t *testing.T) {
	levels, err := measure(t.Context(), bilingual{}, access.Scope{}, make([][]float32, 20))
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(levels[latin]-.9) > 1e-12 || math.Abs(levels[han]-.8) > 1e-12 {
		t.Errorf("levels %v, want .9 for latin and .8 for han", levels)
	}
}

// growing is an index that is empty at first.
type growing struct {
	bilingual
	grown *bool
}

func (g growing) Search(ctx context.Context, scope access.Scope, q Query) (Rankings, error) {
	if !*g.grown {
		return Rankings{}, nil
	}
	return g.bilingual.Search(ctx, scope, q)
}

func (g growing) Load(ctx context.Context, scope access.Scope, ids []string) ([]Found, error) {
	if !*g.grown {
		return nil, nil
	}
	return g.bilingual.Load(ctx, scope, ids)
}

// Who asks before the first document is there must not leave the gate open for
// those who ask after it.
func TestLevelsOfAnEmptyIndexAreNotRemembered(t *testing.T) {
	grown := false
	s := &Searcher{Index: growing{grown: &grown}}
	s.calibration.probes = map[script][][]float32{latin: make([][]float32, 2)}
	for _, want := range []int{0, 2} {
		l, err := s.calibration.levels(t.Context(), s, access.Scope{}, latin)
		if err != nil || len(l) != want {
			t.Errorf("levels %v, %v; want %d of them", l, err, want)
		}
		grown = true
	}
}

func TestWordsSupportEvidenceInTheirOwnScript(t *testing.T) {
	policy, err := access.Parse("one.yaml", []byte("people: [{id: ann, name: Ann, departments: [everyone]}]"))
	if err != nil {
		t.Fatal(err)
	}
	scope, err := policy.Scope("ann", time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	s := &Searcher{Index: bilingual{}}
	s.calibration.scopes = map[scopeKey]scopeLevels{
		{scope.Key(), latin}: {scope.At(), map[script]float64{latin: .80, han: .78}},
		{scope.Key(), han}:   {scope.At(), map[script]float64{latin: .80, han: .82}},
	}
	english := Match{Found: Found{Passage: Passage{Text: "annual leave"}}, Cosine: .83, Lexical: .4}
	chinese := Match{Found: Found{Passage: Passage{Text: "年假"}}, Cosine: .83, Lexical: 0}
	tests := []struct {
		name, question   string
		hits             []Match
		score, threshold float64
	}{
		{"SameScript", "annual leave?", []Match{english}, .03 + .15*.4, .062},
		{"OtherScript", "年假？", []Match{english}, .03, .047},
		{"TheBetterOfTwo", "annual leave?", []Match{english, chinese}, .03 + .15*.4, .062},
		{"TheBetterOfTwoTheOtherWay", "年假？", []Match{english, chinese}, .03, .047},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := s.weigh(t.Context(), scope, ConstantsFor("multilingual-e5-small"), tt.question, tt.hits, true)
			if math.Abs(e.Score-tt.score) > 1e-9 || e.Threshold != tt.threshold || e.Enough != (tt.score >= tt.threshold) {
				t.Errorf("%+v, want score %v against %v", e, tt.score, tt.threshold)
			}
		})
	}
}

func TestConstantsOfAnUnknownEmbedderFollowItsSpread(t *testing.T) {
	unknown, e5 := ConstantsFor("some-new-model"), ConstantsFor("multilingual-e5-small:latest")
	if !unknown.Relative || e5.Relative {
		t.Fatalf("relative %v and %v", unknown.Relative, e5.Relative)
	}
	if got := unknown.over(.21); math.Abs(got.Weight-e5.Weight) > .005 || math.Abs(got.SameScript-e5.SameScript) > .005 || got.Relative {
		t.Errorf("%+v over the spread of e5-small, want about %+v", got, e5)
	}
	if !reflect.DeepEqual(e5.over(.5), e5) {
		t.Error("measured constants were scaled")
	}
}

func TestSpreadIsOneForUnrelatedVectorsAtRightAngles(t *testing.T) {
	if got := spread(map[script][][]float32{latin: {{1, 0}, {0, 1}}}); got != 1 {
		t.Errorf("spread %v, want 1", got)
	}
}

func TestOffTopicQuestionsAreInTheirScript(t *testing.T) {
	for written, questions := range offTopic {
		if len(questions) != 20 {
			t.Errorf("%d questions in script %v", len(questions), written)
		}
		for _, q := range questions {
			if scriptOf(q) != written {
				t.Errorf("%s is taken for the other script", q)
			}
		}
	}
}

func TestScriptOfMixedQuestions(t *testing.T) {
	for question, want := range map[string]script{"VPN怎么连接？": han, "What does the word 年假 mean in a contract?": latin, "42": latin, "": latin, "請問 ISO-9001": han} {
		if got := scriptOf(question); got != want {
			t.Errorf("scriptOf(%q) = %v, want %v", question, got, want)
		}
	}
}

func TestFusionEvensOutWhatALanguageIsBehind(t *testing.T) {
	rankings := Rankings{Dense: []Hit{
		{Passage: "off-topic", Language: "zh-Hans", Score: .86},
		{Passage: "answer", Language: "en", Score: .84},
	}, DenseFloor: .84}
	c := Constants{Even: .8}
	for _, tt := range []struct {
		name string
		l    levels
		want string
	}{
		{"EnglishIsBehind", levels{han: .84, latin: .80}, "answer"},
		{"BothAreLevel", levels{han: .84, latin: .84}, "off-topic"},
		{"OneScriptAlone", levels{han: .84}, "off-topic"},
		{"UnknownLevels", nil, "off-topic"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fused := Fuse(c.unbiased(tt.l), rankings)
			if fused[0].Passage != tt.want {
				t.Errorf("%s is first, want %s", fused[0].Passage, tt.want)
			}
			if fused[0].Cosine < .84 || fused[0].Cosine > .86 {
				t.Errorf("the cosine that the evidence is judged by became %v", fused[0].Cosine)
			}
		})
	}
}
