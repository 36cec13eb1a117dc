package accounts

import (
	"strings"
	"testing"
	"time"
)

// What Django's PBKDF2PasswordHasher makes of bench, with fewer iterations.
const stored = "pbkdf2_sha256$1000$salt$h8HICYb2DyDbU6gRD34PVnA32Zt4Q4uNGzgHc2PbkeA="

func TestAPasswordIsDjangos(t *testing.T) {
	for _, wrong := range []string{"Bench", "bench ", ""} {
		if Matches(wrong, stored) {
			t.Errorf("%q is not the password", wrong)
		}
	}
	if !Matches("bench", stored) {
		t.Error("the password is refused")
	}
	for _, unusable := range []string{"!abc", "md5$1$salt$x", "pbkdf2_sha256$x$salt$x", "pbkdf2_sha256$1000$salt"} {
		if Matches("bench", unusable) {
			t.Errorf("%s matches", unusable)
		}
	}
}

func TestOnlyAnAccessTokenSpeaks(t *testing.T) {
	tokens := NewTokens("a secret")
	pair, err := tokens.Pair("zoë")
	if err != nil {
		t.Fatal(err)
	}
	for _, right := range []string{"Bearer ", "bearer ", "BEARER  "} {
		if name := tokens.Username(right + pair.Access); name != "zoë" {
			t.Errorf("%s speaks for %q", right, name)
		}
	}
	foreign, _ := NewTokens("another secret").Pair("zoë")
	late, _ := tokens.made("zoë", "access", -time.Second)
	// Of the last of a signature's 43 characters two bits mean nothing: base64 has four spellings of it.
	respelled := pair.Access[:len(pair.Access)-1] + next(pair.Access[len(pair.Access)-1:])
	for name, wrong := range map[string]string{
		"a refresh token": "Bearer " + pair.Refresh, "none": "", "another scheme": "Token " + pair.Access,
		"two words": "Bearer " + pair.Access + " x", "padding": "Bearer " + pair.Access + "=",
		"another secret": "Bearer " + foreign.Access, "a late one": "Bearer " + late, "another spelling": "Bearer " + respelled,
	} {
		if said := tokens.Username(wrong); said != "" {
			t.Errorf("%s speaks for %q", name, said)
		}
	}
}

// next is the character of base64 that differs from one in its last bit alone.
func next(character string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.Index(alphabet, character)^1])
}
