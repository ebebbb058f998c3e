package graph

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"trialog/internal/graph/graphtest"
)

// TestTokenOfThatTime: a delivery that is looked at late is held against the time when it came.
func TestTokenOfThatTime(t *testing.T) {
	came := time.Now().Add(-48 * time.Hour)
	token := graphtest.Sign(t, graphtest.GoodHeader, `{"aud":"`+clientID+`","iss":"https://sts.windows.net/`+tenant+`/","appid":"`+publisher+`","tid":"`+tenant+
		`","nbf":`+strconv.FormatInt(came.Unix(), 10)+`,"exp":`+strconv.FormatInt(came.Add(time.Hour).Unix(), 10)+`}`)
	keys := NewKeySet(endpoint(graphtest.Keys{}))
	for at, good := range map[time.Time]bool{came.Add(-time.Hour): false, came: true, came.Add(time.Hour): true, came.Add(2 * time.Hour): false, time.Now(): false} {
		err := keys.ValidateTokens(t.Context(), []string{token}, tenant, clientID, at)
		if (err == nil) != good || err != nil && !errors.Is(err, ErrForged) {
			t.Errorf("a token of %v, looked at for %v: %v", came, at, err)
		}
	}
}
