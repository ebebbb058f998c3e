package store

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"

	"trialog/internal/chat"
)

// ErrDamaged says that a log on disk is not what was written: a line has other bytes, or is missing. It is refused then. Lines
// that are gone from the end together with the state are not noticed: a database set back to a moment before is whole in itself.
var ErrDamaged = errors.New("the log is damaged")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sumOf is what is stored beside an entry's body.
func sumOf(body []byte) int64 { return int64(crc32.Checksum(body, castagnoli)) }

// entryColumns are what scanEntry reads.
const entryColumns = "seq, body, sum"

// scanEntry reads a row of entryColumns.
func scanEntry(rows *sql.Rows) (e chat.Entry, err error) {
	var seq int64
	var body sql.RawBytes
	var sum sql.NullInt64
	if err := rows.Scan(&seq, &body, &sum); err != nil {
		return e, err
	}
	if sum.Valid && sumOf(body) != sum.Int64 {
		return e, fmt.Errorf("%w: entry %d is not what was written", ErrDamaged, seq)
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return e, fmt.Errorf("decode entry %d: %w", seq, err)
	}
	if int64(e.Seq) != seq {
		return e, fmt.Errorf("%w: entry %d stands at %d", ErrDamaged, e.Seq, seq)
	}
	return e, nil
}

// scanEntries reads rows of entryColumns that stand in a row in the log, up or down, and closes them. The entries are ascending.
func scanEntries(rows *sql.Rows) (entries []chat.Entry, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b chat.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	for i := 1; i < len(entries); i++ {
		if before, seq := entries[i-1].Seq, entries[i].Seq; seq != before+1 {
			return nil, fmt.Errorf("%w: entry %d follows %d", ErrDamaged, seq, before)
		}
	}
	return entries, rows.Err()
}

// complete refuses a page of a log that ends at last at least if something after after is missing in it.
func complete(page []chat.Entry, after, last chat.Seq, limit int) error {
	if len(page) > 0 && page[0].Seq != after+1 {
		return fmt.Errorf("%w: entry %d follows %d", ErrDamaged, page[0].Seq, after)
	}
	if end := after + chat.Seq(len(page)); len(page) < limit && end < last {
		return fmt.Errorf("%w: it ends at %d instead of %d", ErrDamaged, end, last)
	}
	return nil
}
