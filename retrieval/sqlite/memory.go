package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
)

// A memory is what a process keeps of every passage: its class, its length
// and its code, by number. It is as of one version of the index.
type memory struct {
	mu      sync.RWMutex
	version int64
	width   int // words of a code
	class   []int32
	length  []int32
	codes   []uint64 // width words for each number
}

// errAhead says that the memory is as of a later version than a transaction.
var errAhead = errors.New("the memory is ahead of the transaction")

// hold brings the memory to the moment of tx and returns it held for reading,
// until release is called. It is errAhead when another search was there first
// with a later moment.
func (m *memory) hold(ctx context.Context, tx *sql.Tx) (release func(), err error) {
	version, err := indexVersion(ctx, tx)
	if err != nil {
		return nil, err
	}
	m.mu.RLock()
	if m.version < version {
		m.mu.RUnlock()
		if err := m.catchUp(ctx, tx, version); err != nil {
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

// catchUp reads the slots that have changed since the memory's version.
func (m *memory) catchUp(ctx context.Context, tx *sql.Tx, version int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.version >= version {
		return nil
	}
	rows, err := tx.QueryContext(ctx, "SELECT number, class, length, code FROM slots WHERE version > $1", m.version)
	if err != nil {
		return fmt.Errorf("read changed slots: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			number        int
			class, length int32
			code          sql.RawBytes
		)
		if err := rows.Scan(&number, &class, &length, &code); err != nil {
			return err
		}
		m.put(number, class, length, code)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	m.version = version
	return nil
}

// put sets one slot, and makes room for it.
func (m *memory) put(number int, class, length int32, code []byte) {
	m.width = max(m.width, len(code)/8)
	if missing := number + 1 - len(m.class); missing > 0 {
		m.class = append(m.class, make([]int32, missing)...)
		m.length = append(m.length, make([]int32, missing)...)
	}
	if missing := (number+1)*m.width - len(m.codes); missing > 0 {
		m.codes = append(m.codes, make([]uint64, missing)...)
	}
	m.class[number], m.length[number] = class, length
	for i := range len(code) / 8 {
		m.codes[number*m.width+i] = binary.LittleEndian.Uint64(code[8*i:])
	}
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
