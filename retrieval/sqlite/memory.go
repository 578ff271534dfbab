package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"sync"

	"bureau/store"
)

// A memory is what a process keeps of every passage: its class, its length
// and its code, by number. It is as of one version of the index.
type memory struct {
	mu      sync.RWMutex
	version int64
	width   int // words of a code's signs
	class   []int32
	length  []int32
	signs   []uint64 // width words for each number
	factors []factors
	centres map[int64][]float32 // of classes that have one
}

// errAhead says that the memory is as of a later version than a transaction.
var errAhead = errors.New("the memory is ahead of the transaction")

// hold brings the memory to the moment of tx and returns it held for reading,
// until release is called. It is errAhead when another search was there first
// with a later moment.
func (m *memory) hold(ctx context.Context, tx *sql.Tx, dimensions int) (release func(), err error) {
	version, err := indexVersion(ctx, tx)
	if err != nil {
		return nil, err
	}
	m.mu.RLock()
	if m.version < version {
		m.mu.RUnlock()
		if err := m.catchUp(ctx, tx, version, dimensions); err != nil {
			return nil, err
		}
		m.mu.RLock()
	}
	if m.version != version {
		m.mu.RUnlock()
		return nil, errAhead
	}
	return m.mu.RUnlock, nil
}

// catchUp brings the memory to a version. It changes nothing until it has read
// all: a memory between two versions would be one of no version at all.
func (m *memory) catchUp(ctx context.Context, tx *sql.Tx, version int64, dimensions int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.version >= version {
		return nil
	}
	centres, err := changedCentres(ctx, tx, m.version, dimensions)
	if err != nil {
		return fmt.Errorf("read changed centres: %w", err)
	}
	width := words(dimensions)
	slots, err := changedSlots(ctx, tx, m.version, width)
	if err != nil {
		return fmt.Errorf("read changed slots: %w", err)
	}
	if m.centres == nil {
		m.centres = map[int64][]float32{}
	}
	maps.Copy(m.centres, centres)
	if width != m.width {
		m.width, m.signs = width, nil // the first vector has come, and all other slots are free
	}
	for _, s := range slots {
		m.put(s)
	}
	m.version = version
	return nil
}

// changedCentres returns the centres that have changed since a version.
func changedCentres(ctx context.Context, tx *sql.Tx, since int64, dimensions int) (map[int64][]float32, error) {
	centres := map[int64][]float32{}
	err := store.Each(ctx, tx, func(rows *sql.Rows) error {
		var (
			class int64
			blob  sql.RawBytes
		)
		if err := rows.Scan(&class, &blob); err != nil {
			return err
		}
		centre, err := decodeVector(blob, dimensions)
		centres[class] = centre
		return err
	}, "SELECT id, centre FROM classes WHERE centred > $1", since)
	return centres, err
}

// A slot is what memory keeps of one passage, as it stands in the table.
type slot struct {
	number        int
	class, length int32
	code          []byte // none in a free one
}

// changedSlots returns the slots that have changed since a version. The signs
// of their codes take width words.
func changedSlots(ctx context.Context, tx *sql.Tx, since int64, width int) ([]slot, error) {
	var slots []slot
	err := store.Each(ctx, tx, func(rows *sql.Rows) error {
		var s slot
		if err := rows.Scan(&s.number, &s.class, &s.length, &s.code); err != nil {
			return err
		}
		if s.class != 0 && len(s.code) != 8*width+factorBytes {
			return errDamaged
		}
		slots = append(slots, s)
		return nil
	}, "SELECT number, class, length, code FROM slots WHERE version > $1", since)
	return slots, err
}

// put sets one slot, and makes room for it.
func (m *memory) put(s slot) {
	if missing := s.number + 1 - len(m.class); missing > 0 {
		m.class = append(m.class, make([]int32, missing)...)
		m.length = append(m.length, make([]int32, missing)...)
		m.factors = append(m.factors, make([]factors, missing)...)
	}
	m.class[s.number], m.length[s.number] = s.class, s.length
	if s.class == 0 {
		return
	}
	if missing := (s.number+1)*m.width - len(m.signs); missing > 0 {
		m.signs = append(m.signs, make([]uint64, missing)...)
	}
	for i := range m.width {
		m.signs[s.number*m.width+i] = binary.LittleEndian.Uint64(s.code[8*i:])
	}
	m.factors[s.number] = decodeFactors(s.code[8*m.width:])
}

// indexVersion returns how many times the index was written.
func indexVersion(ctx context.Context, tx *sql.Tx) (int64, error) {
	value, err := meta(ctx, tx, "version")
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the version of the index: %w", err)
	}
	version, _ := binary.Varint(value)
	return version, nil
}

// nextVersion begins a new version of the index and returns it.
func nextVersion(ctx context.Context, tx *sql.Tx) (int64, error) {
	version, err := indexVersion(ctx, tx)
	if err != nil {
		return 0, err
	}
	return version + 1, setMeta(ctx, tx, "version", binary.AppendVarint(nil, version+1))
}
