package ingest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bureau/access"
)

// frontOf returns what a front matter with these lines says.
func frontOf(t testing.TB, lines string) FrontMatter {
	t.Helper()
	x, err := Extract("a.md", []byte("---\n"+lines+"\n---\nSome text.\n"))
	if err != nil {
		t.Fatal(err)
	}
	return x.Front
}

func TestReadersAreDecided(t *testing.T) {
	day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC) }
	hr := readBy("hr")
	for _, test := range []struct {
		name    string
		source  access.Readers
		front   string
		want    access.Readers
		warning string // part of one; "" for none
	}{
		{"SourceAlone", hr, "title: A", hr, ""},
		{"NarrowedToAChild", hr, "readers: [recruiting]", readBy("recruiting"), ""},
		{"NarrowedFromEveryone", readBy(access.Everyone), "readers: [finance, hr]", readBy("finance", "hr"), ""},
		{"ForeignReaderIsRefused", hr, "readers: [hr, finance]", hr, "finance is outside"},
		{"WidenedToTheParentIsNobody", readBy("recruiting"), "readers: [hr]", access.Readers{}, "hr is outside"},
		{"WidenedToEveryoneIsNobody", hr, "readers: [everyone]", access.Readers{}, "everyone is outside"},
		{"L16_UnknownReaderIsNobody", hr, "readers: [hrr]", access.Readers{}, `"hrr" is unknown`},
		{"L16_NoReadersIsNobody", hr, "readers: []", access.Readers{}, "nobody may read"},
		{"L16_NullReadersIsNobody", hr, "readers:", access.Readers{}, "nobody may read"},
		{"L16_SourceOfNobodyStaysNobody", access.Readers{}, "title: A", access.Readers{}, "nobody may read"},
		{"DenialsAddUp", access.Readers{Departments: []access.Department{"hr"}, Deny: []access.Department{"payroll"}}, "deny: [finance, payroll]",
			access.Readers{Departments: []access.Department{"hr"}, Deny: []access.Department{"finance", "payroll"}}, ""},
		{"UnknownDenialIsNobody", hr, "deny: [financee]", access.Readers{}, `"financee" is unknown`},
		{"HigherClearanceCounts", access.Readers{Departments: []access.Department{"hr"}, Clearance: "confidential"}, "clearance: restricted",
			access.Readers{Departments: []access.Department{"hr"}, Clearance: "restricted"}, ""},
		{"LowerClearanceDoesNot", access.Readers{Departments: []access.Department{"hr"}, Clearance: "restricted"}, "clearance: internal",
			access.Readers{Departments: []access.Department{"hr"}, Clearance: "restricted"}, ""},
		{"UnknownClearanceIsNobody", hr, "clearance: top secret", access.Readers{}, `"top secret" is unknown`},
		{"PeriodsMeet", access.Readers{Departments: []access.Department{"hr"}, From: day(1, 1), Until: day(7, 1)}, "from: 2026-03-01\nuntil: 2026-12-31",
			access.Readers{Departments: []access.Department{"hr"}, From: day(3, 1), Until: day(7, 1)}, ""},
		{"OpenPeriodIsClosedByTheFrontMatter", hr, "from: 2026-03-01\nuntil: 2026-03-31",
			access.Readers{Departments: []access.Department{"hr"}, From: day(3, 1), Until: day(4, 1)}, ""},
		{"EndBeforeTheBeginningIsNobody", hr, "from: 2026-03-01\nuntil: 2026-01-31", access.Readers{}, "which is never"},
		{"EndBeforeTheSourcesBeginningIsNobody", access.Readers{Departments: []access.Department{"hr"}, From: day(7, 1)}, "until: 2026-06-30",
			access.Readers{}, "which is never"},
		{"EndBeforeAllTimeIsNobody", hr, "until: 0000-12-31", access.Readers{}, "nobody may read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, warnings := decideReaders(policyOf(t), test.source, nil, frontOf(t, test.front))
			if !got.Equal(test.want) {
				t.Errorf("readers %+v, want %+v", got, test.want)
			}
			if text := strings.Join(warnings, "\n"); !strings.Contains(text, test.warning) || test.warning == "" && text != "" {
				t.Errorf("warnings %q, want %q", text, test.warning)
			}
		})
	}
}

// TestP1_FrontMatterNeverLetsIn holds that front matter never lets somebody
// in whom the source keeps out.
func TestP1_FrontMatterNeverLetsIn(t *testing.T) {
	policy := policyOf(t)
	names := []string{"everyone", "hr", "recruiting", "finance", "payroll", "unknown"}
	list := rapid.SliceOfN(rapid.SampledFrom(names), 0, 3)
	moment := rapid.Map(rapid.IntRange(-3, 3), func(days int) time.Time {
		if days == 0 {
			return time.Time{}
		}
		return spring.AddDate(0, 0, days)
	})
	departments := func(ids []string) (list []access.Department) {
		for _, id := range ids {
			list = append(list, access.Department(id))
		}
		return list
	}
	rapid.Check(t, func(t *rapid.T) {
		source := access.Readers{
			Departments: departments(list.Draw(t, "departments")), Deny: departments(list.Draw(t, "denied")),
			Clearance: rapid.SampledFrom([]access.Clearance{"", "internal", "confidential", "restricted"}).Draw(t, "level"), From: moment.Draw(t, "from"), Until: moment.Draw(t, "until"),
		}
		front := FrontMatter{
			Readers: list.Draw(t, "readers"), Deny: list.Draw(t, "deny"),
			Clearance: rapid.SampledFrom([]string{"", "internal", "confidential", "restricted", "unknown"}).Draw(t, "clearance"),
			FromTime:  moment.Draw(t, "front from"), UntilTime: moment.Draw(t, "front until"),
			Keys: rapid.SampledFrom([][]string{nil, {"readers"}, {"readers", "until"}}).Draw(t, "keys"),
		}
		readers, _ := decideReaders(policy, source, nil, front)
		at := spring.AddDate(0, 0, rapid.IntRange(-4, 4).Draw(t, "days"))
		for _, person := range []string{"hanna", "rita", "feng", "boss"} {
			scope, err := policy.Scope(person, at)
			if err != nil {
				t.Fatal(err)
			}
			if scope.Allows(readers) && !scope.Allows(source) {
				t.Fatalf("%s is let in by %+v: %+v", person, front, readers)
			}
			for _, id := range front.Deny {
				if scope.Allows(readers) && slices.Contains(scope.Belongs(), access.Department(id)) {
					t.Fatalf("%s reads what %s is denied", person, id)
				}
			}
		}
	})
}

// TestFrontMatterDatesAreThePolicysDates holds that a date means the same in a
// document and in the configuration.
func TestFrontMatterDatesAreThePolicysDates(t *testing.T) {
	for _, text := range []string{"2026-03-31", "2028-02-29", "2026-03-31T09:00:00Z", "2026-03-31T09:00:00+08:00", "9999-12-31"} {
		front := frontOf(t, "from: "+text+"\nuntil: "+text)
		from, fromErr := access.ParseFrom(text)
		until, untilErr := access.ParseUntil(text)
		if fromErr != nil || untilErr != nil || !front.FromTime.Equal(from) || !front.UntilTime.Equal(until) {
			t.Errorf("%s is %v to %v, want %v to %v (%v, %v)", text, front.FromTime, front.UntilTime, from, until, fromErr, untilErr)
		}
	}
}
