package service

import (
	"net/http"

	"scalebed/core/bodies"
)

// Headers are what browsers heed, on every answer.
var Headers = [][2]string{
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
	{"Referrer-Policy", "same-origin"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
}

// Admit refuses what is wrong before anything is read, in the contract's order: the host, a query where none is known,
// and the media type where there is to be a body.
func (s *Service) Admit(host, query, mediaType string, knowsQuery, takesBody bool) error {
	if !s.Settings.Hosts.Allow(host) {
		return s.Contract.Refuse(http.StatusBadRequest, "bad_request")
	}
	if !knowsQuery {
		if refusal := s.Contract.NoParameters(query); refusal != nil {
			return refusal
		}
	}
	if takesBody && !bodies.JSON(mediaType) {
		return s.Contract.Refuse(http.StatusUnsupportedMediaType, "media_type")
	}
	return nil
}

// TooLarge refuses a body above the contract's limit.
func (s *Service) TooLarge() error {
	return s.Contract.Refuse(http.StatusRequestEntityTooLarge, "bad_request")
}
