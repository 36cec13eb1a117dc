package service

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"scalebed/core/accounts"
	"scalebed/core/bodies"
	"scalebed/core/contract"
	"scalebed/core/store"
)

// Service answers the operations of the contract; an error that is a *contract.Refusal is the answer.
type Service struct {
	Contract *contract.Contract
	Settings *Settings
	Metrics  *Metrics
	Codec    Codec

	database *store.Database
	reader   *store.Reader
	writer   *store.Writer
	bodies   *bodies.Reader
	tokens   *accounts.Tokens
}

// Open makes the service that the settings describe.
func Open(ctx context.Context, settings *Settings) (*Service, error) {
	c, err := contract.Read(contract.Path)
	if err != nil {
		return nil, err
	}
	switches := settings.Switches
	database, err := store.Open(ctx, c, settings.DatabaseURL, switches.Number("pool_size"), switches["prepared"] == "on")
	if err != nil {
		return nil, err
	}
	codec := Codecs[switches["json"]]
	reader := store.NewReader(database, store.NewStatements(c, switches["search"] == "trigram"))
	return &Service{
		Contract: c,
		Settings: settings,
		Metrics:  NewMetrics(),
		Codec:    codec,
		database: database,
		reader:   reader,
		writer:   store.NewWriter(database, reader),
		bodies:   bodies.NewReader(c, codec.Parse),
		tokens:   accounts.NewTokens(settings.Secret),
	}, nil
}

// Close ends the sessions with the database.
func (s *Service) Close() { s.database.Close() }

// Page is a page of a list.
type Page struct {
	Count    int64           `json:"count"`
	Next     *string         `json:"next"`
	Previous *string         `json:"previous"`
	Results  []store.Contact `json:"results"`
}

// List reads the page that a query asks for; address is the list's own, absolute, for the links.
func (s *Service) List(ctx context.Context, address, query string) (*Page, error) {
	asked, refusal := s.Contract.Listing(query)
	if refusal != nil {
		return nil, refusal
	}
	found, count, err := s.reader.Page(ctx, asked)
	if err != nil {
		return nil, err
	}
	page := &Page{Count: count, Results: found}
	if asked.Page*asked.PageSize < count {
		page.Next = link(address, query, asked.Page+1)
	}
	if asked.Page > 1 {
		page.Previous = link(address, query, asked.Page-1)
	}
	return page, nil
}

// link is the same query with another page at its end.
func link(address, query string, page int64) *string {
	made := address + "?"
	for part := range strings.SplitSeq(query, "&") {
		if part != "" && !strings.HasPrefix(part, "page=") {
			made += part + "&"
		}
	}
	made += "page=" + strconv.FormatInt(page, 10)
	return &made
}

// Contact reads one contact.
func (s *Service) Contact(ctx context.Context, id int64) (*store.Contact, error) {
	return s.reader.Contact(ctx, id)
}

// Stats reads the numbers over all contacts.
func (s *Service) Stats(ctx context.Context) (*store.Stats, error) { return s.reader.Stats(ctx) }

// Create adds the contact that a body describes.
func (s *Service) Create(ctx context.Context, data []byte) (*store.Contact, error) {
	values, refusal := s.whole(data, "contact")
	if refusal != nil {
		return nil, refusal
	}
	return s.writer.Create(ctx, values)
}

// Change changes what a body names of a contact.
func (s *Service) Change(ctx context.Context, id int64, data []byte) (*store.Contact, error) {
	object, refusal := s.bodies.Object(data)
	if refusal != nil {
		return nil, refusal
	}
	values, refusal := s.bodies.Part(object, "contact")
	if refusal != nil {
		// That there is no such contact is told before what is wrong with its fields.
		if err := s.reader.There(ctx, id); err != nil {
			return nil, err
		}
		return nil, refusal
	}
	return s.writer.Change(ctx, id, values)
}

// Remove removes a contact.
func (s *Service) Remove(ctx context.Context, id int64) error { return s.writer.Remove(ctx, id) }

// Transferred are both sides of a transfer, after it.
type Transferred struct {
	From Balance `json:"from"`
	To   Balance `json:"to"`
}

// Balance is a contact's points.
type Balance struct {
	ID     int64 `json:"id"`
	Points int64 `json:"points"`
}

// Transfer moves points as a body says.
func (s *Service) Transfer(ctx context.Context, data []byte) (*Transferred, error) {
	values, refusal := s.whole(data, "transfer")
	if refusal != nil {
		return nil, refusal
	}
	from, to := values["from"].(int64), values["to"].(int64)
	sent, received, err := s.writer.Transfer(ctx, from, to, values["points"].(int64))
	if err != nil {
		return nil, err
	}
	return &Transferred{Balance{from, sent}, Balance{to, received}}, nil
}

// Token exchanges the name and the password of a body for tokens.
func (s *Service) Token(ctx context.Context, data []byte) (*accounts.Pair, error) {
	values, refusal := s.whole(data, "credentials")
	if refusal != nil {
		return nil, refusal
	}
	username := values["username"].(string)
	stored, err := s.reader.Password(ctx, username)
	if err != nil {
		return nil, err
	}
	if !accounts.Matches(values["password"].(string), stored) {
		return nil, s.Contract.Refuse(http.StatusUnauthorized, "wrong_credentials")
	}
	pair, err := s.tokens.Pair(username)
	return &pair, err
}

// Me is who asks.
type Me struct {
	Username string `json:"username"`
}

// Me reads an Authorization header.
func (s *Service) Me(authorization string) (*Me, error) {
	username := s.tokens.Username(authorization)
	if username == "" {
		return nil, s.Contract.Refuse(http.StatusUnauthorized, "no_token")
	}
	return &Me{username}, nil
}

// Readiness says of every part that the process uses whether it answers.
type Readiness struct {
	Status string            `json:"status"`
	Checks map[string]string `json:"checks"`
}

// Ready asks the database; the status is that of the answer.
func (s *Service) Ready(ctx context.Context) (int, Readiness) {
	if err := s.database.Trouble(ctx); err != nil {
		said := "The database does not answer (" + err.Error() + ")."
		return http.StatusServiceUnavailable, Readiness{"unavailable", map[string]string{"database": said}}
	}
	return http.StatusOK, Readiness{"ok", map[string]string{"database": "ok"}}
}

// Refused is the answer to an error: its own, or the last resort, of which the log has more.
func (s *Service) Refused(err error, path string) *contract.Refusal {
	var refusal *contract.Refusal
	if errors.As(err, &refusal) {
		return refusal
	}
	if !errors.Is(err, context.Canceled) {
		slog.Error("a request failed", "path", path, "error", err)
	}
	return s.Contract.Failed()
}

// Health is what a process says that runs.
var Health = map[string]string{"status": "ok"}
