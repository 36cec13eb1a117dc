package accounts

import (
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	accessFor  = 5 * time.Minute
	refreshFor = 24 * time.Hour
)

// Tokens makes and reads JSON Web Tokens under one secret, HS256.
type Tokens struct {
	secret []byte
	parser *jwt.Parser
}

// Pair is what a name and a password are exchanged for.
type Pair struct {
	Access  string `json:"access"`
	Refresh string `json:"refresh"`
}

type claims struct {
	Use string `json:"use"`
	jwt.RegisteredClaims
}

// NewTokens makes one.
func NewTokens(secret string) *Tokens {
	return &Tokens{[]byte(secret), jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithExpirationRequired(),
		// A token has one spelling; without this, the last character of a signature may be another.
		jwt.WithStrictDecoding(),
	)}
}

// Pair makes an access and a refresh token for a user.
func (t *Tokens) Pair(username string) (Pair, error) {
	access, err := t.made(username, "access", accessFor)
	if err != nil {
		return Pair{}, err
	}
	refresh, err := t.made(username, "refresh", refreshFor)
	return Pair{access, refresh}, err
}

func (t *Tokens) made(username, use string, life time.Duration) (string, error) {
	now := time.Now()
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims{use, jwt.RegisteredClaims{
		Subject: username, IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(life)),
	}}).SignedString(t.secret)
}

// Username is whom the bearer of an Authorization header speaks for; empty where its token is forged, out of date, of
// another use, or none.
func (t *Tokens) Username(authorization string) string {
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	var read claims
	_, err := t.parser.ParseWithClaims(strings.Trim(token, " "), &read, func(*jwt.Token) (any, error) { return t.secret, nil })
	if err != nil || read.Use != "access" || read.IssuedAt == nil {
		return ""
	}
	return read.Subject
}
