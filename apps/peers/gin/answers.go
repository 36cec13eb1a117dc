package main

import (
	"io"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/gin-gonic/gin/codec/json"

	"scalebed/core/service"
)

// give answers with a value, or with an error where there is one.
func (a *api) give(c *gin.Context, status int, value any, err error) {
	if err != nil {
		a.refuse(c, err)
		return
	}
	a.answer(c, status, value)
}

func (a *api) answer(c *gin.Context, status int, value any) {
	// Gin would name the charset, which JSON has not.
	c.Header("Content-Type", "application/json")
	c.PureJSON(status, value)
}

// refuse answers an error, and keeps the request from the handlers that are left.
func (a *api) refuse(c *gin.Context, err error) {
	refusal := a.Refused(err, c.Request.URL.Path)
	if refusal.Status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", "Bearer")
	}
	a.answer(c, refusal.Status, refusal.Body)
	c.Abort()
}

// useJSON has Gin use the JSON library of that name. It has a build tag for sonic; as a value, it can be a switch.
func useJSON(name string) {
	if name == "sonic" {
		json.API = sonicJSON{json.API}
	}
}

// sonicJSON is sonic as Gin's library of JSON, but for what nothing here asks of it.
type sonicJSON struct{ json.Core }

func (sonicJSON) Marshal(value any) ([]byte, error)        { return service.Sonic.Marshal(value) }
func (sonicJSON) Unmarshal(data []byte, into any) error    { return service.Sonic.Unmarshal(data, into) }
func (sonicJSON) NewEncoder(writer io.Writer) json.Encoder { return service.Sonic.NewEncoder(writer) }
func (sonicJSON) NewDecoder(reader io.Reader) json.Decoder { return service.Sonic.NewDecoder(reader) }
