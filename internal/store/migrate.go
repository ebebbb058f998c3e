package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date, one node at a time.
func (s *Store) migrate(ctx context.Context) (err error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	p, err := goose.NewProvider(s.dialect.goose, s.writer, files, goose.WithDisableGlobalRegistry(true), goose.WithSlog(s.log))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if s.dialect.migrationLock != "" {
		c, err := s.writer.Conn(ctx)
		if err != nil {
			return unavailable("migrate", err)
		}
		defer c.Close()
		if _, err := c.ExecContext(ctx, s.dialect.migrationLock); err != nil {
			return unavailable("migrate: lock", err)
		}
		defer func() {
			_, unlock := c.ExecContext(context.WithoutCancel(ctx), s.dialect.migrationUnlock)
			err = errors.Join(err, unlock)
		}()
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
