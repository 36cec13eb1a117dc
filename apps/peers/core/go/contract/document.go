// Package contract is apps/contract/contract.toml in Go: kinds of values, parameters, limits, and the sentences of
// refusals. Nothing of it is repeated here, so that a change of the document is a change of every service.
package contract

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/BurntSushi/toml"
)

// Path is where the document lies, seen from a peer's folder, in which its service runs.
const Path = "../../contract/contract.toml"

// Contract is the document, and what follows from it.
type Contract struct {
	Bodies   map[string]Body
	Basics   map[string]Basic
	Messages Messages
	// Fields are a contact's values in the order of its JSON.
	Fields []*Field
	// Searched are the fields in which a term of `search` may stand.
	Searched []*Field
	// MostParameters and LargestBody (in bytes) bound a request.
	MostParameters int
	LargestBody    int64
	// MostID and MostPoints bound whole numbers, on either side of zero.
	MostID     int64
	MostPoints int64

	// addresses are those of the core, with their methods; an id in one is written {id}.
	addresses map[string][]string
	listing   listing
	genders   []string
	orderable []string
	byName    map[string]*Field
	filters   map[string]filterable
	ordering  []Order
	id        *Field
	whole     *regexp.Regexp
	count     *regexp.Regexp
	date      *regexp.Regexp
	time      *regexp.Regexp
}

// Body is what a client may send: the rule of each field by its name.
type Body map[string]Rule

// Rule is what a field of a body may be; fields that are absent from the document are their zero values.
type Rule struct {
	Kind       string
	Body       string
	List       string
	Pattern    string
	Longest    int
	Least      *int64
	Most       *int64
	Default    *int64
	Required   bool
	Nullable   bool
	After      string
	Past       bool
	Characters struct{ Least, Most int }
	// Whole is Pattern, compiled to match the whole of a text; nil where there is none.
	Whole *regexp.Regexp `toml:"-"`
}

// Basic bounds the one parameter of a request without a database.
type Basic struct{ Default, Most int64 }

type listing struct {
	Fields []struct {
		Name    string
		Kind    string
		Filters *bool
		Orders  *bool
	}
	Searched        []string
	Ordering        string
	PageSize        int64 `toml:"page_size"`
	LargestPageSize int64 `toml:"largest_page_size"`
	MostTerms       int   `toml:"most_terms"`
	MostCharacters  int   `toml:"most_characters"`
	MostValues      int   `toml:"most_values"`
}

type kind struct {
	Pattern string
	Most    int64
	Values  []string
	Lookups []string
}

// Read reads the document.
func Read(path string) (*Contract, error) {
	var document struct {
		Kinds    map[string]kind
		Listing  listing
		Requests struct {
			MostParameters int   `toml:"most_parameters"`
			LargestBody    int64 `toml:"largest_body"`
		}
		Basics     map[string]Basic
		Bodies     map[string]Body
		Messages   map[string]string
		Operations map[string]string
		Core       struct{ Operations []string }
	}
	if _, err := toml.DecodeFile(path, &document); err != nil {
		return nil, fmt.Errorf("the contract: %w", err)
	}
	c := &Contract{
		Bodies:         document.Bodies,
		Basics:         document.Basics,
		Messages:       document.Messages,
		MostParameters: document.Requests.MostParameters,
		LargestBody:    document.Requests.LargestBody,
		MostID:         document.Kinds["id"].Most,
		MostPoints:     document.Kinds["points"].Most,
		listing:        document.Listing,
		genders:        document.Kinds["gender"].Values,
	}
	for name, compiled := range map[string]**regexp.Regexp{
		"id": &c.whole, "count": &c.count, "date": &c.date, "time": &c.time,
	} {
		var err error
		if *compiled, err = whole(document.Kinds[name].Pattern); err != nil {
			return nil, fmt.Errorf("the contract's kind %s: %w", name, err)
		}
	}
	c.addresses = addresses(document.Operations, document.Core.Operations)
	if err := c.compileBodies(); err != nil {
		return nil, err
	}
	return c, c.addFields(document.Kinds)
}

// whole makes a pattern match only the whole of a text.
func whole(pattern string) (*regexp.Regexp, error) {
	return regexp.Compile(`\A(?:` + pattern + `)\z`)
}

func (c *Contract) compileBodies() error {
	for name, body := range c.Bodies {
		for field, rule := range body {
			if rule.Pattern == "" {
				continue
			}
			var err error
			if rule.Whole, err = whole(rule.Pattern); err != nil {
				return fmt.Errorf("the contract's %s of %s: %w", field, name, err)
			}
			body[field] = rule
		}
	}
	return nil
}

// Messages are the sentences of refusals, by name.
type Messages map[string]string

// Say is a sentence with what stands in its braces filled in: pairs of a name and a value.
func (m Messages) Say(name string, filled ...any) string {
	pairs := make([]string, 0, len(filled))
	for place := 0; place+1 < len(filled); place += 2 {
		pairs = append(pairs, fmt.Sprintf("{%v}", filled[place]), fmt.Sprint(filled[place+1]))
	}
	return strings.NewReplacer(pairs...).Replace(m[name])
}

// mostPage is the last page whose offset PostgreSQL could still count.
func (c *Contract) mostPage() int64 {
	return math.MaxInt64/c.listing.LargestPageSize - 1
}
