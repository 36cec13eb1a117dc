package contract

import "net/http"

// Refusal is an answer that is not what was asked for: a status, and what its JSON says.
type Refusal struct {
	Status int
	Body   any
}

// Errors are the messages of a refusal by field, or the same of a nested object or list.
type Errors map[string]any

// Detail is the body of a refusal that names no field.
type Detail struct {
	Detail string `json:"detail"`
}

// Error says the status in words; the body is what clients read.
func (r *Refusal) Error() string { return http.StatusText(r.Status) }

// Refuse makes a refusal of one sentence of the contract, by its name.
func (c *Contract) Refuse(status int, message string, filled ...any) *Refusal {
	return &Refusal{status, Detail{c.Messages.Say(message, filled...)}}
}

// Invalid makes a refusal of fields.
func Invalid(errors Errors) *Refusal { return &Refusal{http.StatusBadRequest, errors} }

// NotFound, NotAllowed and the like are refusals that every router gives.
func (c *Contract) NotFound() *Refusal { return c.Refuse(http.StatusNotFound, "not_found") }

// NotAllowed refuses a method.
func (c *Contract) NotAllowed(method string) *Refusal {
	return c.Refuse(http.StatusMethodNotAllowed, "method", "method", method)
}

// NoContact refuses an id that no contact has.
func (c *Contract) NoContact() *Refusal { return c.Refuse(http.StatusNotFound, "no_contact") }

// Failed is the last resort.
func (c *Contract) Failed() *Refusal { return c.Refuse(http.StatusInternalServerError, "failed") }

// wrong is what a reader of a value says of it, in a sentence of the contract.
type wrong string

func (w wrong) Error() string { return string(w) }

func (c *Contract) wrong(message string, filled ...any) error {
	return wrong(c.Messages.Say(message, filled...))
}
