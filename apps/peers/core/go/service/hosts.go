package service

import "strings"

// Hosts are those that a service takes for its own: names, .example.com for all below it, or * for every one.
type Hosts struct {
	names   map[string]bool
	domains []string
}

// NewHosts reads names with commas between them.
func NewHosts(text string) Hosts {
	hosts := Hosts{names: map[string]bool{}}
	for name := range strings.SplitSeq(text, ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "" {
			continue
		}
		hosts.names[name] = true
		if strings.HasPrefix(name, ".") {
			hosts.domains = append(hosts.domains, name)
		}
	}
	return hosts
}

// Allow tells whether a Host header, with its port or without, names one of them.
func (h Hosts) Allow(host string) bool {
	name, _, _ := strings.Cut(host, ":")
	if strings.HasPrefix(host, "[") {
		inside, _, _ := strings.Cut(host, "]")
		name = inside + "]"
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if h.names["*"] || h.names[name] {
		return true
	}
	for _, domain := range h.domains {
		if strings.HasSuffix("."+name, domain) {
			return true
		}
	}
	return false
}
