package visitors

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bureau/identity"
	. "bureau/identity/visitorstest"
	"bureau/store"
)

const (
	audience = "https://bureau.larkfield.example"
	origin   = "https://intranet.larkfield.example"
	secret   = "0123456789abcdef0123456789abcdef"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// keys of the intranet: the first two are its own.
var (
	edPublic, edKey, _ = ed25519.GenerateKey(rand.Reader)
	ecKey, _           = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, otherKey, _     = ed25519.GenerateKey(rand.Reader)
)

// opened returns the used tokens of a store in a folder.
func opened(t *testing.T, folder string) *Spent {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(folder, "bureau.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	spent, err := OpenSpent(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return spent
}

// intranet returns a site with two keys, whose clock stands.
func intranet(t *testing.T, change func(*Config)) *Site {
	t.Helper()
	config := Config{
		ID: "intranet", Audience: audience, Origins: []string{origin, "https://other.larkfield.example"},
		Keys: []Key{{"a", edPublic}, {"b", &ecKey.PublicKey}}, Now: func() time.Time { return now },
	}
	if change != nil {
		change(&config)
	}
	if config.Spent == nil {
		config.Spent = opened(t, t.TempDir())
	}
	site, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return site
}

func shared(c *Config) { c.Keys, c.Secret = nil, secret }

// good are the claims of a good token.
func good() Claims { return Of("intranet", audience, origin, "0001", now, "staff") }

func TestATokenOfTheSiteHolds(t *testing.T) {
	one := func(c *Config) { c.Keys = c.Keys[:1] }
	for name, c := range map[string]struct {
		config func(*Config)
		key    any
		kid    string
		claims Claims
	}{
		"Ed25519":         {nil, edKey, "a", good()},
		"ECDSA":           {nil, ecKey, "b", good()},
		"SharedSecret":    {shared, []byte(secret), "", good()},
		"OneKeyUnnamed":   {one, edKey, "", good()},
		"AudienceInAList": {nil, edKey, "a", good().With("aud", []string{audience})},
		"NoGroups":        {nil, edKey, "a", good().With("groups", nil)},
		"HasBegun":        {nil, edKey, "a", good().With("nbf", now.Unix())},
	} {
		proof, err := intranet(t, c.config).Verify(t.Context(), Sign(c.key, c.kid, c.claims.With("name", "Hanna Reed")), origin)
		if err != nil || proof.Subject != "0001" || proof.Name != "Hanna Reed" || proof.SID != origin || proof.Issuer != "visitors:intranet" || proof.Provider != "intranet" || proof.Email != "" {
			t.Errorf("%s: %+v, %v", name, proof, err)
		}
	}
}

func TestATokenThatDoesNotHoldIsRefusedAndSaysWhy(t *testing.T) {
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(edPublic))})
	for name, c := range map[string]struct {
		config func(*Config)
		key    any
		kid    string
		claims Claims
		why    string
	}{
		"Expired":            {nil, edKey, "a", good().With("iat", at(-10*time.Minute)).With("exp", at(-2*time.Minute)), "ended 2m0s ago"},
		"NotYetMade":         {nil, edKey, "a", good().With("iat", at(2*time.Minute)).With("exp", at(4*time.Minute)), "clocks"},
		"NotYetValid":        {nil, edKey, "a", good().With("nbf", at(2*time.Minute)), "nbf"},
		"TooLongLived":       {nil, edKey, "a", good().With("exp", at(maxLifetime+time.Second)), "10m"},
		"EndsBeforeItBegins": {nil, edKey, "a", good().With("exp", at(-time.Second)), "exp"},
		"NoEnd":              {nil, edKey, "a", good().With("exp", nil), "exp"},
		"NoBeginning":        {nil, edKey, "a", good().With("iat", nil), "iat"},
		"TimesAreText":       {nil, edKey, "a", good().With("exp", "soon"), "of its kind"},
		"ForeignAudience":    {nil, edKey, "a", good().With("aud", "https://another.example"), "aud"},
		"SeveralAudiences":   {nil, edKey, "a", good().With("aud", []string{audience, "https://another.example"}), "aud"},
		"NoAudience":         {nil, edKey, "a", good().With("aud", nil), "aud"},
		"ForeignIssuer":      {nil, edKey, "a", good().With("iss", "partner"), "iss"},
		"NoIssuer":           {nil, edKey, "a", good().With("iss", nil), "iss"},
		"ForeignOrigin":      {nil, edKey, "a", good().With("origin", "https://evil.example"), "origin"},
		"AnotherListedPage":  {nil, edKey, "a", good().With("origin", "https://other.larkfield.example"), "origin"},
		"NoOrigin":           {nil, edKey, "a", good().With("origin", nil), "origin"},
		"NoSubject":          {nil, edKey, "a", good().With("sub", nil), "sub"},
		"EmptySubject":       {nil, edKey, "a", good().With("sub", ""), "sub"},
		"LongSubject":        {nil, edKey, "a", good().With("sub", strings.Repeat("s", 257)), "sub"},
		"ControlInSubject":   {nil, edKey, "a", good().With("sub", "00\n01"), "sub"},
		"ControlInName":      {nil, edKey, "a", good().With("name", "Ha\x1b[31m"), "name"},
		"NoID":               {nil, edKey, "a", good().With("jti", nil), "jti"},
		"LongID":             {nil, edKey, "a", good().With("jti", strings.Repeat("j", 257)), "jti"},
		"GroupsAreAText":     {nil, edKey, "a", good().With("groups", "staff"), "groups"},
		"TooManyGroups":      {nil, edKey, "a", good().With("groups", make([]string, maxGroups+1)), "groups"},
		"Oversize":           {nil, edKey, "a", good().With("more", strings.Repeat("m", maxToken)), "longer"},
		"AlgNone":            {nil, nil, "", good(), "signed"},
		"AlgNoneByKey":       {nil, nil, "a", good(), "signed"},
		"SwappedKey":         {nil, otherKey, "a", good(), "signature"},
		"KeyOfAnotherID":     {nil, edKey, "b", good(), "alg"},
		"UnknownKid":         {nil, edKey, "c", good(), "kid"},
		"NoKidOfTwo":         {nil, edKey, "", good(), "kid"},
		"KidOfASecret":       {shared, []byte(secret), "a", good(), "kid"},
		"PublicKeyAsSecret":  {nil, publicPEM, "a", good(), "signed"},
		"PublicBytesAsOne":   {nil, []byte(edPublic), "a", good(), "signed"},
		"AnotherSecret":      {shared, []byte("fedcba9876543210fedcba9876543210"), "", good(), "signature"},
		"KeyForASecret":      {shared, edKey, "", good(), "signed"},
	} {
		t.Run(name, func(t *testing.T) {
			token := Sign(c.key, c.kid, c.claims)
			site := intranet(t, c.config)
			proof, err := site.Verify(t.Context(), token, origin)
			if !errors.Is(err, identity.ErrUnproved) || proof.Subject != "" || proof.Groups != nil {
				t.Fatalf("%+v, %v", proof, err)
			}
			if !strings.Contains(err.Error(), c.why) || strings.Contains(err.Error(), token[len(token)-20:]) || strings.Contains(err.Error(), secret) {
				t.Errorf("it says %v", err)
			}
		})
	}
}

func TestWhatIsNoTokenIsRefused(t *testing.T) {
	signed := Sign(edKey, "a", good())
	for _, token := range []string{"", ".", "..", "a.b.c", "null", "{}", signed + ".x", signed[:len(signed)-4], strings.Replace(signed, ".", "..", 1), strings.Repeat("a", maxToken+1), "\x00", "财务部"} {
		if proof, err := intranet(t, nil).Verify(t.Context(), token, origin); !errors.Is(err, identity.ErrUnproved) || proof.Subject != "" {
			t.Errorf("%.20q: %+v, %v", token, proof, err)
		}
	}
}

func TestL32_NoOriginsIsNobody(t *testing.T) {
	site := intranet(t, func(c *Config) { c.Origins = nil })
	if _, err := site.Verify(t.Context(), Sign(edKey, "a", good()), origin); !errors.Is(err, identity.ErrUnproved) {
		t.Error(err)
	}
	if err := CheckOrigins(nil); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Error(err)
	}
}

func TestAClockThatIsALittleOffIsNoMistake(t *testing.T) {
	for name, claims := range map[string]Claims{
		"Behind": good().With("iat", now.Add(-2*time.Minute).Unix()).With("exp", now.Add(-skew/2).Unix()),
		"Ahead":  good().With("iat", now.Add(skew/2).Unix()).With("nbf", now.Add(skew/2).Unix()),
	} {
		if _, err := intranet(t, nil).Verify(t.Context(), Sign(edKey, "a", claims), origin); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestATokenIsTakenOnceAlsoAfterARestart(t *testing.T) {
	folder := t.TempDir()
	token := Sign(edKey, "a", good())
	for i := range 3 {
		site := intranet(t, func(c *Config) { c.Spent = opened(t, folder) })
		_, err := site.Verify(t.Context(), token, origin)
		if (err == nil) != (i == 0) || i > 0 && (!errors.Is(err, identity.ErrUnproved) || !strings.Contains(err.Error(), "jti")) {
			t.Errorf("time %d: %v", i+1, err)
		}
	}
	// The same id counts for each site by itself, and a wrong token uses up none.
	partner := intranet(t, func(c *Config) { c.ID, c.Spent = "partner", opened(t, folder) })
	claims := good()
	if _, err := partner.Verify(t.Context(), Sign(otherKey, "a", claims.With("iss", "partner")), origin); !errors.Is(err, identity.ErrUnproved) {
		t.Error(err)
	}
	if _, err := partner.Verify(t.Context(), Sign(edKey, "a", claims.With("iss", "partner")), origin); err != nil {
		t.Error(err)
	}
}

func TestOfTwoWhoBringATokenAtOnceExactlyOneWins(t *testing.T) {
	folder := t.TempDir()
	sites := []*Site{intranet(t, func(c *Config) { c.Spent = opened(t, folder) }), intranet(t, func(c *Config) { c.Spent = opened(t, folder) })}
	for range 5 {
		token := Sign(edKey, "a", good())
		var all sync.WaitGroup
		outcomes := make([]error, 8)
		for i := range outcomes {
			all.Go(func() { _, outcomes[i] = sites[i%2].Verify(t.Context(), token, origin) })
		}
		all.Wait()
		won := 0
		for _, err := range outcomes {
			if err == nil {
				won++
			} else if !errors.Is(err, identity.ErrUnproved) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d won", won)
		}
	}
}

func TestUsedTokensAreForgottenWhenTheyHoldNoMore(t *testing.T) {
	clock := now
	site := intranet(t, func(c *Config) { c.Now = func() time.Time { return clock } })
	first := good()
	for i := range 10 {
		claims := Of("intranet", audience, origin, "0001", clock).With("jti", fmt.Sprint(i))
		if _, err := site.Verify(t.Context(), Sign(edKey, "a", claims), origin); err != nil {
			t.Fatal(err)
		}
		clock = clock.Add(time.Hour)
	}
	if n := kept(t, site.config.Spent); n != 1 {
		t.Errorf("%d are kept", n)
	}
	if _, err := site.Verify(t.Context(), Sign(edKey, "a", first), origin); !errors.Is(err, identity.ErrUnproved) {
		t.Errorf("one that is forgotten: %v", err)
	}
}

func TestAUsedTokenIsRememberedAsLongAsItWouldHold(t *testing.T) {
	clock := now
	site := intranet(t, func(c *Config) { c.Now = func() time.Time { return clock } })
	token := Sign(edKey, "a", good())
	verify := func(token string) error { _, err := site.Verify(t.Context(), token, origin); return err }
	if err := verify(token); err != nil {
		t.Fatal(err)
	}
	for clock = now; clock.Before(now.Add(5 * time.Minute)); clock = clock.Add(10 * time.Second) {
		if err := verify(Sign(edKey, "a", Of("intranet", audience, origin, "0002", clock))); err != nil { // which tidies up
			t.Fatal(err)
		}
		if err := verify(token); !errors.Is(err, identity.ErrUnproved) {
			t.Fatalf("after %v: %v", clock.Sub(now), err)
		}
	}
}

func TestGroupsAndSubjectsMayHaveOddCharacters(t *testing.T) {
	var many []string
	for i := range 1000 {
		many = append(many, fmt.Sprintf("group-%04d", i))
	}
	odd := []string{"/Finance & Co/Leeds", "财务部", "a,b;c", "<script>", " spaced ", "", "\u202Ereversed", `quo"te\`, "new\nline"}
	for subject, groups := range map[string][]string{"财务部/林美": odd, `a"b\c' --`: many, " ": nil, "<b>": {}} {
		proof, err := intranet(t, nil).Verify(t.Context(), Sign(edKey, "a", good().With("sub", subject).With("groups", groups)), origin)
		if err != nil || proof.Subject != subject || !slices.Equal(proof.Groups, groups) {
			t.Errorf("%q: %d groups, %v", subject, len(proof.Groups), err)
		}
	}
}

func TestOriginsAreNamedOneByOne(t *testing.T) {
	for _, origins := range [][]string{{"https://a.example"}, {"https://a.example:8443", "http://localhost:8090", "http://127.0.0.1:1", "http://[::1]:2"}} {
		if err := CheckOrigins(origins); err != nil {
			t.Errorf("%q: %v", origins, err)
		}
	}
	for origin, why := range map[string]string{
		"*": "wildcard", "https://*.example.com": "wildcard", "https://a.example/": "behind", "https://a.example/path": "behind", "a.example": "scheme",
		"http://a.example": "https://", "null": "scheme", "": "scheme", "https://": "scheme", "https://user@a.example": "behind", "https://A.example": "lower case",
		"https://a.example:443": "port", "http://localhost:80": "port", "https://a.example?x": "behind", "ftp://a.example": "scheme", "https://a.example:": "port",
	} {
		if err := CheckOrigins([]string{origin}); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v", origin, err)
		}
	}
	if err := CheckOrigins([]string{"https://a.example", "https://a.example"}); err == nil {
		t.Error("the same origin twice")
	}
}

func TestKeysAreWhatASiteMaySignWith(t *testing.T) {
	rsaKey := must(rsa.GenerateKey(rand.Reader, 2048))
	wide := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	public := func(key any) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(key))})
	}
	for name, document := range map[string][]byte{"Ed25519": public(edPublic), "ECDSA": public(&ecKey.PublicKey)} {
		if key, err := ParseKey(document); err != nil || key == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	private := must(x509.MarshalPKCS8PrivateKey(edKey))
	for name, c := range map[string]struct {
		document []byte
		why      string
	}{
		"Private": {pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), "private"},
		"RSA":     {public(&rsaKey.PublicKey), "neither"}, "P384": {public(&wide.PublicKey), "neither"},
		"Empty": {nil, "PEM"}, "Text": {[]byte("secret"), "PEM"}, "Damaged": {pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte("x")}), "no public key"},
	} {
		if key, err := ParseKey(c.document); err == nil || !strings.Contains(err.Error(), c.why) || key != nil {
			t.Errorf("%s: %v", name, err)
		} else if bytes.Contains([]byte(err.Error()), private[:8]) {
			t.Errorf("%s: the key is in the message", name)
		}
	}
	for name, c := range map[string]struct {
		config Config
		why    string
	}{
		"None": {Config{}, "neither"}, "Both": {Config{Secret: secret, Keys: []Key{{"a", edPublic}}}, "both"},
		"ShortSecret": {Config{Secret: secret[1:]}, "shorter"}, "Twice": {Config{Keys: []Key{{"a", edPublic}, {"a", edPublic}}}, "two keys"},
	} {
		if _, err := New(c.config); err == nil || !strings.Contains(err.Error(), c.why) || strings.Contains(err.Error(), secret[1:]) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
