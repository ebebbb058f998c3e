package web

import (
	"encoding/json"
	"io"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"trialog/internal/strictjson"
)

// exactNames makes huma take names as they are written, for the whole program: it has one switch for all APIs, off by default.
var exactNames = sync.OnceFunc(func() { huma.ValidateStrictCasing = true })

// strictFormat reads JSON that says one thing only and writes JSON without escaping for HTML: answers are never parsed as that.
// Names that differ in case, or are unknown, are refused by the schemas, which allow no additional properties.
func strictFormat() huma.Format {
	return huma.Format{
		Marshal: func(w io.Writer, v any) error {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			return e.Encode(v)
		},
		Unmarshal: func(data []byte, v any) error {
			if err := strictjson.Check(data); err != nil {
				return err
			}
			return json.Unmarshal(data, v)
		},
	}
}
