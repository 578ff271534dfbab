package identity

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"time"

	"bureau/access"
	"bureau/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrDisabled says that an administrator has shut a person out.
var ErrDisabled = errors.New("the person is disabled")

// lookTime bounds a question to the database that has no context of a caller.
const lookTime = 5 * time.Second

// A Config is what the configuration says about ways in. Zero times have
// defaults.
type Config struct {
	// Policy returns what the company says at this moment.
	Policy func() *access.Policy
	// Providers are those that may vouch for people, by their ids.
	Providers map[string]Grants
	Idle      time.Duration // after which an unused session ends; 4 hours
	Session   time.Duration // after which any session ends; 12 hours
	// Remember is how long a provider's word about somebody counts after they
	// last signed in. It bounds their tokens; 7 days.
	Remember time.Duration
}

// Grants say what the names of a provider stand for here.
type Grants struct {
	Issuer string // that the provider speaks for
	// Groups are the policy's groups by the provider's names for them. Without
	// any, a name stands for the group with that id.
	Groups map[string]string
	// People are people of the policy by the provider's subject, or, with a
	// roster, by the external id there. What they read is the policy's alone to
	// say.
	People map[string]string
	// Visitors says that these are the visitors of a site that vouches for them
	// itself. Groups give them no role.
	Visitors bool
	// Session and Idle are the limits of their sessions in place of the
	// Config's, unless Session is zero.
	Session, Idle time.Duration
	// Roster says that the provider's directory sends its people and groups. Who
	// is not on its roster and active is nobody, and groups are those of the
	// roster, by its external id or by the id that it was given here; what a
	// token says of groups does not count.
	Roster bool
	// Verified says that the addresses of the roster are verified there, so that
	// somebody may be found by theirs.
	Verified bool
}

// A Directory is everybody who may ask. It is safe for concurrent use, also by
// several processes.
type Directory struct {
	db     *store.DB
	config Config
	ties   map[string][]tie // by the person of the policy
	tries  tries
	hashes chan struct{} // one for each password that is hashed at a time
}

// Open returns the directory in db, and makes its tables.
func Open(ctx context.Context, db *store.DB, config Config) (*Directory, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err // unreachable: the folder is embedded
	}
	if err := db.Migrate(ctx, "identity", files); err != nil {
		return nil, err
	}
	for value, standard := range map[*time.Duration]time.Duration{
		&config.Idle: 4 * time.Hour, &config.Session: 12 * time.Hour, &config.Remember: 7 * 24 * time.Hour,
	} {
		if *value == 0 {
			*value = standard
		}
	}
	return &Directory{db: db, config: config, ties: tied(config.Providers), hashes: make(chan struct{}, hashesAtOnce)}, nil
}

// Scope returns what a person may read at now. Who is disabled reads nothing
// (ErrDisabled), and nor does who is not active on a provider's roster
// (ErrInactive), or somebody whom a provider vouched for too long ago
// (ErrForgotten); other errors are those of the policy.
func (d *Directory) Scope(person string, now time.Time) (access.Scope, error) {
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	return d.scope(ctx, person, now)
}

func (d *Directory) scope(ctx context.Context, person string, now time.Time) (access.Scope, error) {
	known, err := d.look(ctx, person)
	switch {
	case err != nil:
		return access.Scope{}, err
	case known.shut != nil:
		return access.Scope{}, known.shut
	case known.listed != "":
		return d.config.Policy().Scope(known.listed, now)
	case d.forgotten(known, now):
		return access.Scope{}, ErrForgotten
	}
	return d.config.Policy().ScopeOfGroups(known.groups, now)
}

// Has reports whether a person has a role at now. It is the one place where a
// role is asked for. Who is disabled has none, nor has somebody whom a provider
// vouched for too long ago.
func (d *Directory) Has(ctx context.Context, person string, role access.Role, now time.Time) (bool, error) {
	known, err := d.look(ctx, person)
	switch {
	case errors.Is(err, access.ErrUnknownPerson):
		return false, nil
	case err != nil:
		return false, err
	case known.isShut():
		return false, nil
	case known.listed != "":
		return d.config.Policy().Has(known.listed, role, now), nil
	}
	return !known.visits && !d.forgotten(known, now) && d.config.Policy().GroupsHave(known.groups, role), nil
}

// forgotten reports whether a provider's word about somebody is too old, or of a
// time that is yet to come. A roster's is of now.
func (d *Directory) forgotten(k known, now time.Time) bool {
	return !k.onRoster && (!now.Before(k.seen.Add(d.config.Remember)) || k.seen.After(now.Add(clockSkew)))
}

// People returns everybody whom the policy lists.
func (d *Directory) People() []access.Person { return d.config.Policy().People() }

// Person returns somebody by id: a person of the policy, or one whom a provider
// vouches for, with the name that it gave. It returns false for others, and
// where the directory cannot be read.
func (d *Directory) Person(id string) (access.Person, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	known, err := d.look(ctx, id)
	if err != nil {
		return access.Person{}, false
	}
	if known.listed != "" {
		return d.config.Policy().Person(known.listed)
	}
	return access.Person{ID: id, Name: known.name, Email: known.email}, true
}

// DepartmentName returns the name of a department in a language.
func (d *Directory) DepartmentName(of access.Department, language string) string {
	return d.config.Policy().DepartmentName(of, language)
}
