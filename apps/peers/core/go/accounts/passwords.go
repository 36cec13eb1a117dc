// Package accounts knows who asks: Django's passwords, and tokens.
package accounts

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strconv"
	"strings"
)

const (
	algorithm = "pbkdf2_sha256"
	// nobodys takes as many iterations as Django 5.2: a name that nobody has costs as much as a wrong password.
	nobodys = algorithm + "$1000000$nobody$"
)

// Matches tells whether a password is the one that Django stored as algorithm$iterations$salt$base64; stored is empty
// where there is none. It takes its time, in which the scheduler lets other goroutines run.
func Matches(password, stored string) bool {
	if stored == "" {
		stored = nobodys
	}
	parts := strings.Split(stored, "$")
	// One that cannot be used begins with an exclamation mark.
	if len(parts) != 4 || parts[0] != algorithm {
		return false
	}
	iterations, err := strconv.Atoi(parts[1])
	if err != nil {
		return false
	}
	key, err := pbkdf2.Key(sha256.New, password, []byte(parts[2]), iterations, sha256.Size)
	if err != nil {
		return false
	}
	made := base64.StdEncoding.EncodeToString(key)
	return subtle.ConstantTimeCompare([]byte(made), []byte(parts[3])) == 1
}
