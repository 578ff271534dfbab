package ingest

import (
	"strings"
	"testing"
)

func TestMarkdownBecomesItsText(t *testing.T) {
	tests := []struct {
		name, in, want string
	}{
		{"ImageIsItsDescription", "See ![the *plan*](https://x.example/p.png \"t\") here.", "See the *plan* here."},
		{"ImageWithoutDescriptionVanishes", "![](/4.png)\n\nText.", "Text."},
		{"LinkedImageWithoutDescriptionVanishes", "a [![](/4.png)](https://x.example) b", "a  b"},
		{"BracketInATitleIsNoEnd", "a ![b](c.png \"d ) e\") f", "a b f"},
		{"WebLinkStays", "[form](https://x.example/a_(b) \"t\")", "[form](https://x.example/a_(b) \"t\")"},
		{"RelativeLinkStays", "[form](../a.md#b)", "[form](../a.md#b)"},
		{"ScriptLinkIsItsText", "[form](javascript:alert(1))", "form"},
		{"DataLinkIsItsText", "[**form**](data:text/html,x)", "**form**"},
		{"MailAddressIsKept", "[write to us](mailto:hr@x.example?subject=a)", "write to us (hr@x.example)"},
		{"ReferenceGetsItsTarget", "[form][f]\n\n[f]: https://x.example/a \"t\"", "[form](<https://x.example/a>)"},
		{"ReferenceToScriptIsItsText", "[form]\n\n[form]: javascript:x", "form"},
		{"AutomaticScriptLinkIsText", "<javascript:alert(1)> <https://x.example>", "javascript:alert(1) <https://x.example>"},
		{"HTMLBlockIsItsText", "<div class=\"a\">\n  <p>One <b>two</b></p>\n  <script>x()</script>\n</div>\n\nText.", "One two\n\nText."},
		{"EntitiesStayEntities", "<div>&lt;script&gt;</div>", "&lt;script&gt;"},
		{"TagsInAParagraphGo", "a<br>b <span style=\"x\">c</span> <!-- d --> <img src=\"x\" alt=\"e\">", "a b c  e"},
		{"RuleGoes", "a\n\n---\n\nb", "a\n\n\n\nb"},
		{"CodeStays", "```html\n<b>![](x)</b>\n```", "```html\n<b>![](x)</b>\n```"},
		{"HTMLInAListStaysInIt", "- a\n\n  <p>b\n  c</p>\n- d", "- a\n\n  b c\n- d"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tidy(tt.in); got != tt.want {
				t.Errorf("tidy(%q)\n got %q\nwant %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestShortcodesBecomeText(t *testing.T) {
	tests := []struct {
		name, in, want string
	}{
		{"HintIsItsText", "{{< hint info >}}\n**Note**\n{{< /hint >}}", "\n**Note**\n"},
		{"PercentForm", "{{% notice title=\"Take care\" %}}x{{% /notice %}}", "Take carex"},
		{"Reference", "[leave]({{< ref \"leave.md\" >}}) and [pay]({{<relref `pay.md`>}})", "[leave](leave.md) and [pay](pay.md)"},
		{"FigureIsItsCaption", "{{< figure src=\"/a.png\" alt=\"b\" caption=\"The \\\"new\\\" desk\" >}}", "The \"new\" desk"},
		{"FigureIsItsAlt", "{{< figure src=\"/a.png\" alt=\"b\" />}}", "b"},
		{"DetailsAreTheirTitle", "{{< details \"How to\" open >}}\nx\n{{< /details >}}", "How to\nx\n"},
		{"InAList", "- a {{< hint >}}\n  b\n  {{</ hint >}}", "- a \n  b\n  "},
		{"Unclosed", "{{< hint danger >}}\nb", "\nb"},
		{"VideoVanishes", "a {{< youtube id=\"w7Ft2ymGmfc\" >}} b", "a  b"},
		{"InCodeItStays", "```\n{{< hint >}}\n```\n`{{< ref \"x\" >}}`", "```\n{{< hint >}}\n```\n`{{< ref \"x\" >}}`"},
		{"ShownIsShown", "Write {{</* hint info */>}}.", "Write {{< hint info >}}."},
		{"OtherBracesStay", "{{ .Title }} {{<", "{{ .Title }} {{<"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := expandShortcodes(tt.in); got != tt.want {
				t.Errorf("expandShortcodes(%q)\n got %q\nwant %q", tt.in, got, tt.want)
			}
		})
	}
}

// Whatever the text, tidying it is no panic and gives valid text.
func FuzzTidy(f *testing.F) {
	f.Add("a ![b](c) [![](d)](e)\n\n[e]: f\n\n<div>g\n")
	f.Add("> - [x][y]\n>\n> [y]: <z> 'w'\n\n| a | [b](c\\|d) |\n|--|--|\n")
	f.Add("{{< hint >}} {{</* a */>}} {{% ref `x` %}}")
	f.Fuzz(func(t *testing.T, source string) {
		source = clean(strings.ToValidUTF8(source, ""))
		got := tidy(expandShortcodes(source))
		if got != strings.ToValidUTF8(got, "") {
			t.Errorf("%q becomes %q, which is not UTF-8", source, got)
		}
	})
}
