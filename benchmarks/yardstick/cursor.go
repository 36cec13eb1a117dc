package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// macBytes is how much of the HMAC a cursor has.
const macBytes = 16

// signer makes cursors as apps/contract/cursors.py does: base64url(HMAC-SHA256, cut off, and the JSON of a place).
type signer struct {
	key []byte
}

func newSigner(secret string) signer {
	key := sha256.Sum256([]byte("contacts.cursor\x00" + secret))
	return signer{key[:]}
}

// after is the cursor of what follows a contact in the default order.
func (s signer) after(last *contact) string {
	// JSON without blanks; a time has nothing in it that would be escaped.
	place := fmt.Appendf(nil, `["-created,-id",false,["%s",%d]]`, last.Created, last.ID)
	mac := hmac.New(sha256.New, s.key)
	mac.Write(place)
	return base64.RawURLEncoding.EncodeToString(append(mac.Sum(nil)[:macBytes], place...))
}
