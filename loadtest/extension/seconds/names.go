package seconds

import (
	"regexp"
	"strings"
)

// mostNames is how many endpoints are told apart that no tag names.
const mostNames = 50

// otherURLs stands for what comes after them.
const otherURLs = "other URLs"

// names are the endpoints that were made of groups and URLs.
type names map[string]bool

// unnamed stands for the path where a script has taken both name and URL away, as an empty tag `name` does.
const unnamed = "without a name"

// of is the endpoint of a request without a tag `endpoint`: its tag `name` where the script gave one, or else its group,
// or else its method and its path with numbers and the like folded. k6 itself makes the name a URL.
func (n names) of(name, group, method string) string {
	_, address, isURL := strings.Cut(name, "://")
	if !isURL && name != "" {
		return name
	}
	found := strings.TrimPrefix(group, "::")
	switch {
	case found == "" && isURL:
		found = strings.TrimSpace(method + " " + folded(address))
	case found == "":
		found = strings.TrimSpace(method + " " + unnamed)
	default:
		found = strings.ReplaceAll(found, "::", " / ")
	}
	if !n[found] {
		if len(n) >= mostNames {
			return otherURLs
		}
		n[found] = true
	}
	return found
}

var (
	number = regexp.MustCompile(`^\d+$`)
	uuid   = regexp.MustCompile(`(?i)^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$`)
	hash   = regexp.MustCompile(`(?i)^[0-9a-f]*\d[0-9a-f]*$`)
)

// shortestHash is how long a word of hexadecimal digits is at least that is no word.
const shortestHash = 8

// folded is the path of an address without scheme, with what names one thing of many replaced. The address may be a
// template of http.url, whose `${}` stay as they are.
func folded(address string) string {
	if end := strings.IndexAny(address, "?#"); end >= 0 {
		address = address[:end]
	}
	_, path, _ := strings.Cut(address, "/")
	segments := strings.Split(path, "/")
	for index, segment := range segments {
		switch {
		case number.MatchString(segment):
			segments[index] = "{n}"
		case uuid.MatchString(segment):
			segments[index] = "{uuid}"
		case len(segment) >= shortestHash && hash.MatchString(segment):
			segments[index] = "{hash}"
		}
	}
	return "/" + strings.Join(segments, "/")
}
