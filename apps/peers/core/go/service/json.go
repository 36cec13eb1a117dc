package service

import (
	"bytes"
	"encoding/json"

	"github.com/bytedance/sonic"

	"scalebed/core/bodies"
)

// Codec is a JSON library as a service uses it.
type Codec struct {
	Marshal func(value any) ([]byte, error)
	Parse   bodies.Parse
}

// Sonic is the library of that name, as strict as encoding/json; like every service here it writes <, > and & as they are.
var Sonic = sonic.Config{CopyString: true, ValidateString: true}.Froze()

// Codecs are the libraries to choose from, by their names.
var Codecs = map[string]Codec{
	"stdlib": {marshal, json.Unmarshal},
	"sonic":  {Sonic.Marshal, Sonic.Unmarshal},
}

func marshal(value any) ([]byte, error) {
	var made bytes.Buffer
	encoder := json.NewEncoder(&made)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	// Encode ends every value with a newline, which the other services do not send.
	return made.Bytes()[:made.Len()-1], nil
}
