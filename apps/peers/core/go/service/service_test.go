package service

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSwitchesAreThoseOfTheVariant(t *testing.T) {
	variant := filepath.Join(t.TempDir(), "variant.toml")
	table := "[switches]\njson = \"stdlib\"\npool_size = \"4\"\n[values]\njson = [\"stdlib\", \"sonic\"]\npool_size = \"1..64\"\n"
	if err := os.WriteFile(variant, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	switches, err := ReadSwitches(variant, " pool_size=8,")
	if err != nil || switches["json"] != "stdlib" || switches.Number("pool_size") != 8 {
		t.Errorf("they are %v, %v", switches, err)
	}
	for _, wrong := range []string{"nothing=1", "json=orjson", "pool_size=0", "pool_size=08", "json=sonic,json=sonic", "json"} {
		_, err := ReadSwitches(variant, wrong)
		if err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s gives %v", wrong, err)
		}
	}
}

func TestHostsAreNamesOrDomains(t *testing.T) {
	hosts := NewHosts("localhost, 127.0.0.1,.example.com,[::1]")
	for _, own := range []string{"LOCALHOST", "localhost:80", "127.0.0.1:8000", "example.com.", "a.example.com", "[::1]:8000"} {
		if !hosts.Allow(own) {
			t.Errorf("%s is ours", own)
		}
	}
	for _, other := range []string{"", "elsewhere.example", "127.0.0.1.example", "a@127.0.0.1", "notexample.com"} {
		if hosts.Allow(other) {
			t.Errorf("%s is not ours", other)
		}
	}
}

func TestALinkKeepsTheQueryButForThePage(t *testing.T) {
	if made := *link("http://a/", "page=2&first_name=a&&page=3", 4); made != "http://a/?first_name=a&page=4" {
		t.Error(made)
	}
}

func TestPrimesAreCounted(t *testing.T) {
	for n, wanted := range map[int64]int64{1: 0, 2: 1, 3: 2, 100: 25, 2000: 303} {
		if found := primes(n); found != wanted {
			t.Errorf("up to %d there are %d, not %d", n, wanted, found)
		}
	}
}
