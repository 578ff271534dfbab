package identity

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"bureau/access"
)

const password = "correct horse battery"

func TestAPasswordLetsItsPersonIn(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	if err := h.SetPassword(ctx, "hanna", password, true, h.now); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"hanna", "hanna@larkfield.example", "HANNA@larkfield.example"} {
		if person, err := h.SignIn(ctx, name, password, "", h.now); person != "hanna" || err != nil {
			t.Errorf("%s: %q, %v", name, person, err)
		}
	}
	for name, try := range map[string][2]string{
		"Wrong": {"hanna", password + "r"}, "Empty": {"hanna", ""}, "Huge": {"hanna", strings.Repeat("x", 1<<20)}, "NoAccount": {"finn", password},
		"Nobody": {"nobody", password}, "NoName": {"", password}, "OtherCase": {"hanna", strings.ToUpper(password)},
	} {
		if person, err := h.SignIn(ctx, try[0], try[1], "", h.now.Add(time.Hour)); person != "" || !errors.Is(err, ErrWrongPassword) {
			t.Errorf("%s: %q, %v", name, person, err)
		}
	}
}

// There is no default password, and none that is a guess away.
func TestAPasswordIsLongEnough(t *testing.T) {
	h := newHouse(t)
	for _, weak := range []string{"", "short", strings.Repeat("密", MinPassword-1), strings.Repeat("x", maxPassword+1)} {
		if err := h.SetPassword(t.Context(), "hanna", weak, true, h.now); !errors.Is(err, ErrWeakPassword) {
			t.Errorf("%d bytes: %v", len(weak), err)
		}
	}
	if err := h.SetPassword(t.Context(), "hanna", strings.Repeat("密", MinPassword), true, h.now); err != nil {
		t.Error(err)
	}
}

func TestAccountsAreMadeOnceAndForPeopleOfThePolicy(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	if err := h.SetPassword(ctx, "nobody", password, true, h.now); !errors.Is(err, access.ErrUnknownPerson) {
		t.Error(err)
	}
	if err := h.SetPassword(ctx, "hanna", password, false, h.now); !errors.Is(err, ErrNoAccount) {
		t.Error(err)
	}
	if err := h.SetPassword(ctx, "hanna", password, true, h.now); err != nil {
		t.Error(err)
	}
	if err := h.SetPassword(ctx, "hanna", password+"2", true, h.now); !errors.Is(err, ErrAccountExists) {
		t.Error(err)
	}
	session := h.in("hanna", ByPassword, "")
	if err := h.SetPassword(ctx, "hanna", password+"3", false, h.now); err != nil {
		t.Error(err)
	}
	if _, err := h.Session(ctx, session, h.now); !errors.Is(err, ErrEnded) {
		t.Errorf("a session outlives the password that it began with: %v", err)
	}
	if list, err := h.Accounts(ctx); err != nil || len(list) != 1 || list[0].Person != "hanna" || !list[0].Gone.IsZero() {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestWhoHasNoAccountTakesAsMuchWork(t *testing.T) {
	h := newHouse(t)
	known, err := h.hashPassword(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	if len(nobody) != len(known) || !strings.HasPrefix(nobody, hashPrefix) || !strings.HasPrefix(known, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("%q is not as %q", nobody, known)
	}
	if right, err := h.matches(t.Context(), password, nobody); right || err != nil {
		t.Errorf("%t, %v", right, err)
	}
	if again, err := h.hashPassword(t.Context(), password); err != nil || again == known {
		t.Errorf("two hashes of a password are one, %v", err)
	}
}

func TestWrongPasswordsAreTakenSlowly(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	if err := h.SetPassword(ctx, "hanna", password, true, h.now); err != nil {
		t.Fatal(err)
	}
	for range 3 * int(perName.burst) { // right ones cost nothing
		if _, err := h.SignIn(ctx, "hanna", password, "a", h.now); err != nil {
			t.Fatal(err)
		}
	}
	try := func(name, from string, after time.Duration) error {
		_, err := h.SignIn(ctx, name, "wrong "+password, from, h.now.Add(after))
		return err
	}
	for range int(perName.burst) {
		if err := try("hanna", "a", 0); !errors.Is(err, ErrWrongPassword) {
			t.Fatal(err)
		}
	}
	if err := try("hanna", "b", 0); !errors.Is(err, ErrTooManyTries) {
		t.Errorf("from another address: %v", err)
	}
	if err := try("hanna@larkfield.example", "b", 0); !errors.Is(err, ErrTooManyTries) {
		t.Errorf("by another name of hers: %v", err)
	}
	if err := try("finn", "a", 0); !errors.Is(err, ErrWrongPassword) {
		t.Errorf("somebody else: %v", err)
	}
	if err := try("hanna", "a", perName.every); !errors.Is(err, ErrWrongPassword) {
		t.Errorf("a while later: %v", err)
	}
	if err := try("hanna", "a", perName.every); !errors.Is(err, ErrTooManyTries) {
		t.Errorf("and once more: %v", err)
	}
}

func TestAnAddressThatTriesManyNamesIsSlowedDown(t *testing.T) {
	var many tries
	now := time.Now()
	for i := range int(perAddress.burst) {
		if _, ok := many.take(strings.Repeat("x", i), "a", now); !ok {
			t.Fatalf("after %d tries", i)
		}
	}
	if _, ok := many.take("another", "a", now); ok {
		t.Error("there is no end to it")
	}
	if _, ok := many.take("another", "b", now); !ok {
		t.Error("another address waits too")
	}
	for i := range 3 * maxTried {
		many.take(string(rune(i)), string(rune(i)), now)
	}
	if len(many.by) > maxTried+2 {
		t.Errorf("%d are remembered", len(many.by))
	}
}

func TestTokensReadNoMoreThanTheirOwner(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	made := func(departments ...access.Department) Token {
		t.Helper()
		token, secret, err := h.NewToken(ctx, Token{
			Owner: "hanna", Name: "of " + strings.Join(strings.Fields(strings.Join(toTexts(departments), " ")), " "),
			Departments: departments, Actions: []Action{Ask}, Expires: h.now.Add(time.Hour),
		}, h.now)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := h.Bearer(ctx, secret, h.now); err != nil || got.ID != token.ID || !got.May(Ask) || got.May(Conversations) {
			t.Fatalf("%+v, %v", got, err)
		}
		return token
	}
	reads := func(token Token) string {
		scope, err := h.TokenScope(token.ID, h.now)
		if err != nil {
			return ""
		}
		return names(scope)
	}
	whole, part := made(), made("it")
	if reads(whole) != "hr it" || reads(part) != "it" {
		t.Errorf("%q and %q", reads(whole), reads(part))
	}
	h.says(strings.ReplaceAll(company, "[hr, it]", "[hr, finance]"))
	if reads(whole) != "finance hr" || reads(part) != "" {
		t.Errorf("after their owner has moved: %q and %q", reads(whole), reads(part))
	}
	h.says(strings.ReplaceAll(company, "hanna", "johanna"))
	if reads(whole) != "" {
		t.Errorf("after their owner has left: %q", reads(whole))
	}
}

func toTexts(departments []access.Department) (list []string) {
	for _, d := range departments {
		list = append(list, string(d))
	}
	return list
}

func TestTokensEnd(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	token, secret, err := h.NewToken(ctx, Token{Owner: "hanna", Name: "ci", Actions: Actions(), Expires: h.now.Add(time.Hour)}, h.now)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"ID": token.ID, "Hash": SessionID(secret), "Empty": "", "Other": tokenPrefix + newSecret(), "Case": strings.ToLower(secret)} {
		if _, err := h.Bearer(ctx, value, h.now); !errors.Is(err, ErrEnded) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.Bearer(ctx, secret, token.Expires); !errors.Is(err, ErrEnded) {
		t.Errorf("expired: %v", err)
	}
	if _, err := h.TokenScope(token.ID, token.Expires); !errors.Is(err, ErrEnded) {
		t.Errorf("expired while it reads: %v", err)
	}
	if err := h.Revoke(ctx, token.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Bearer(ctx, secret, h.now); !errors.Is(err, ErrEnded) {
		t.Errorf("revoked: %v", err)
	}
	if err := h.Revoke(ctx, token.ID); !errors.Is(err, ErrNoToken) {
		t.Error(err)
	}
}

func TestATokenThatWouldBeTooMuchIsNotMade(t *testing.T) {
	h := newHouse(t)
	for name, c := range map[string]struct {
		change func(*Token)
		want   error
	}{
		"Nobodys":       {func(t *Token) { t.Owner = "nobody" }, access.ErrUnknownPerson},
		"Wider":         {func(t *Token) { t.Departments = []access.Department{"finance"} }, ErrTokenWider},
		"Nonsense":      {func(t *Token) { t.Departments = []access.Department{"x"} }, ErrTokenWider},
		"ForEver":       {func(t *Token) { t.Expires = time.Time{} }, ErrTokenExpires},
		"TooLong":       {func(t *Token) { t.Expires = h.now.Add(MaxTokenTime + 1) }, ErrTokenExpires},
		"NoName":        {func(t *Token) { t.Name = "  " }, ErrTokenName},
		"NoAction":      {func(t *Token) { t.Actions = nil }, ErrTokenAction},
		"UnknownAction": {func(t *Token) { t.Actions = []Action{"everything"} }, ErrTokenAction},
	} {
		token := Token{Owner: "hanna", Name: "ci", Actions: Actions(), Expires: h.now.Add(time.Hour)}
		c.change(&token)
		if _, secret, err := h.NewToken(t.Context(), token, h.now); !errors.Is(err, c.want) || secret != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	token := Token{Owner: "hanna", Name: "ci", Actions: Actions(), Expires: h.now.Add(time.Hour)}
	if _, _, err := h.NewToken(t.Context(), token, h.now); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.NewToken(t.Context(), token, h.now); !errors.Is(err, ErrTokenName) {
		t.Errorf("a second of that name: %v", err)
	}
	if list, err := h.Tokens(t.Context(), "hanna"); err != nil || len(list) != 1 || !slices.Equal(list[0].Actions, Actions()) || list[0].Departments != nil {
		t.Errorf("%+v, %v", list, err)
	}
}
