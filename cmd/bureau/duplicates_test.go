package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const copiesConfig = `
departments:
  - {id: hr, name: Human Resources}
  - {id: finance, name: Finance}
people:
  - {id: hanna, name: Hanna, departments: [hr]}
  - {id: feng, name: 冯, language: zh-Hans, departments: [finance]}
sources:
  - {id: all, path: documents, readers: [everyone]}
  - {id: hr, path: hr, readers: [hr]}
`

// The texts of the copies, and what is asked about them.
const (
	parking      = "Parking in the yard is for visitors until noon. Whoever comes by car asks the reception for a card and puts it behind the windscreen, where the guard can see it without opening the door."
	parkingZh    = "院内车位中午之前留给访客使用。开车来的员工请向前台领取停车卡，并放在挡风玻璃后面，方便保安不开车门就能看到。"
	askParking   = "Who gives me a card for parking in the yard?"
	askParkingZh = "院内停车卡在哪里领取？"
)

// copied returns a company with a text in three places, one of them the personnel
// department's, in two languages; one more version differs in a figure.
func copied(t testing.TB) house {
	t.Helper()
	folder := t.TempDir()
	document := func(title, updated, text string) string {
		return "---\ntitle: " + title + "\nupdated: " + updated + "\n---\n\n" + text + "\n"
	}
	write(t, folder, map[string]string{
		"bureau.yaml":                 copiesConfig,
		"documents/parking-2025.md":   document("Parking 2025", "2025-03-01", parking),
		"documents/parking.md":        document("Parking", "2026-03-01", parking),
		"documents/office/parking.md": document("Yard rules", "2025-06-01", parking),
		"documents/limit.md":          document("Parking at night", "2026-03-01", strings.Replace(parking, "noon", "9 o'clock", 1)),
		"hr/parking.md":               document("Secret relocation", "2026-09-01", parking),
		"documents/停车-2025.md":        document("停车规定旧版", "2025-03-01", parkingZh),
		"documents/停车.md":             document("停车规定", "2026-03-01", parkingZh),
		"hr/停车.md":                    document("机密搬迁计划", "2026-09-01", parkingZh),
		"documents/canteen.md":        document("Canteen", "2026-03-01", "## Lunch\n\nLunch is served in the yard; trays go to the window."),
		"documents/食堂.md":             document("食堂", "2026-03-01", "## 午餐\n\n午餐在一楼供应，用餐后请把餐盘送回窗口。"),
	})
	h := newHouse(t, filepath.Join(folder, "bureau.yaml"))
	h.mustRun("ingest")
	return h
}

// paths returns the path of a hit with those of its copies, which are sorted.
func (h hitReport) paths() string {
	var also []string
	for _, a := range h.Also {
		also = append(also, a.Source+"/"+a.Path)
	}
	slices.Sort(also)
	return strings.Join(append([]string{h.Source + "/" + h.Path}, also...), " ")
}

func TestSearchAndAskNameACopyBesideItsText(t *testing.T) {
	h := copied(t)
	for _, c := range []struct{ person, question, want, title string }{
		{"feng", askParking, "all/parking.md all/office/parking.md all/parking-2025.md", "Parking"},
		{"hanna", askParking, "hr/parking.md all/office/parking.md all/parking-2025.md all/parking.md", "Secret relocation"},
		{"feng", askParkingZh, "all/停车.md all/停车-2025.md", "停车规定"},
		{"hanna", askParkingZh, "hr/停车.md all/停车-2025.md all/停车.md", "机密搬迁计划"},
	} {
		hits := report[searchReport](h, "search", c.question, "--as", c.person).Hits
		if len(hits) == 0 || !slices.ContainsFunc(hits, func(h hitReport) bool { return h.paths() == c.want }) {
			t.Errorf("%s, %s: %+v, want a hit in %s", c.person, c.question, hits, c.want)
		}
		answer := report[askReport](h, "ask", c.question, "--as", c.person)
		if i := slices.IndexFunc(answer.Sources, func(s sourceReport) bool { return s.Title == c.title }); i < 0 || len(answer.Sources[i].Also) != strings.Count(c.want, " ") {
			t.Errorf("%s, %s: sources %+v, want %q with its copies", c.person, c.question, answer.Sources, c.title)
		}
	}
	if got := h.mustRun("search", askParking, "--as", "feng"); !strings.Contains(got, "\n   Also in: ") || !strings.Contains(got, "Parking 2025 (all/parking-2025.md)") {
		t.Errorf("search prints\n%s", got)
	}
	if got := h.mustRun("ask", askParking, "--as", "feng"); !strings.Contains(got, "\n   Also in: ") || !strings.Contains(got, "Parking 2025 (2025-03-01)") {
		t.Errorf("ask prints\n%s", got)
	}
}

func TestAVersionWithAnotherFigureIsShownToo(t *testing.T) {
	var titles []string
	for _, s := range report[askReport](copied(t), "ask", askParking, "--as", "feng").Sources {
		titles = append(titles, s.Title)
	}
	if !slices.Contains(titles, "Parking") || !slices.Contains(titles, "Parking at night") {
		t.Errorf("sources %q, want both versions", titles)
	}
}

// ofHR is what only the personnel department may see of the copies.
var ofHR = []string{"Secret relocation", "机密搬迁计划", "hr/parking.md", "hr/停车.md", "2026-09-01"}

func TestP1_ACopyThatOthersReadIsNeverNamed(t *testing.T) {
	h := copied(t)
	c := start(t, "-c", h.config, "--data", h.data, "--model", none, "--embedder", none, "serve", "--demo-sign-in", "--listen", "127.0.0.1:0")
	address := c.await(`http://127\.0\.0\.1:\d+`)
	hanna, feng := signIn(t, address, "hanna"), signIn(t, address, "feng")
	theirs, his := hanna.socket(), feng.socket()
	for _, question := range []string{askParking, askParkingZh, askParking + " Secret relocation", askParkingZh + "机密搬迁计划"} {
		said := map[string]string{"socket": rawOf(his.ask(question))}
		for _, command := range []string{"search", "ask"} {
			said[command] = h.mustRun(command, question, "--as", "feng")
			said[command+" --json"] = h.mustRun(command, question, "--as", "feng", "--json")
		}
		for place, text := range said {
			for _, secret := range ofHR {
				if strings.Contains(text, secret) && !strings.Contains(question, secret) {
					t.Errorf("%s, %s: %q is named", place, question, secret)
				}
			}
		}
		if said := rawOf(theirs.ask(question)); !strings.Contains(said, "2026-09-01") {
			t.Errorf("hanna, who may, does not see it:\n%s", said)
		}
	}
}

func TestAddressesOfCopiesAreAuthorisedWhenOpened(t *testing.T) {
	h := copied(t)
	c := start(t, "-c", h.config, "--data", h.data, "--model", none, "--embedder", none, "serve", "--demo-sign-in", "--listen", "127.0.0.1:0")
	address := c.await(`http://127\.0\.0\.1:\d+`)
	hanna, feng := signIn(t, address, "hanna"), signIn(t, address, "feng")
	opened, refused := 0, 0
	for _, f := range hanna.socket().ask(askParking) {
		for _, s := range f.Sources {
			for _, place := range append(s.Also, shownCopy{s.Title, s.URL}) {
				own := place.Title == "Secret relocation"
				if !strings.Contains(hanna.get(place.URL), "windscreen") && s.Title != "Canteen" {
					t.Errorf("%s does not open for hanna", place.URL)
				}
				if shown := strings.Contains(feng.get(place.URL), place.Title); shown == own {
					t.Errorf("%s opens for feng: %t", place.URL, shown)
				}
				if opened++; own {
					refused++
				}
			}
		}
	}
	if opened < 4 || refused != 1 {
		t.Errorf("%d addresses, of them %d of hr", opened, refused)
	}
}

func TestBrowserShowsWhereElseATextStands(t *testing.T) {
	h := copied(t)
	c := start(t, "-c", h.config, "--data", h.data, "--model", none, "--embedder", none, "serve", "--demo-sign-in", "--listen", "127.0.0.1:0")
	tb := openTab(t, c.await(`http://127\.0\.0\.1:\d+`))
	for _, as := range []struct{ person, question, label, copied string }{
		{"hanna", askParking, "Also in:", "Parking 2025"},
		{"feng", askParkingZh, "另见：", "停车规定旧版"},
	} {
		tb.signIn(as.person)
		tb.ask(as.question)
		tb.await(`one(".card .copies")`)
		if shown := js[string](tb, `all(".card .copies").map((e) => e.innerText).join(" ")`); !strings.Contains(shown, as.label) || !strings.Contains(shown, as.copied) {
			t.Errorf("%s sees %q", as.person, shown)
		}
		tb.picture("copies-"+as.person, `one(".view").scrollTop = 0`)
		tb.picture("copies-wide-"+as.person, `one(".view").scrollTop = 0`, `all(".card:has(.copies)")[0].classList.add("wide")`)
		js[bool](tb, `(chat.addEventListener("bureau-citation", (event) => { window.cited = event.detail.url; event.preventDefault(); }), all(".copies a").at(-1).click(), true)`)
		tb.await(`window.cited`)
		tb.open(strings.TrimPrefix(js[string](tb, `window.cited`), tb.origin))
		tb.await(`document.querySelector(".passage")`)
		tb.signOut()
	}
	tb.wantNoFaults()
}
