package service

import (
	"fmt"

	"scalebed/core/bodies"
	"scalebed/core/contract"
)

// Item is one of a number of items.
type Item struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	Price     int64  `json:"price"`
	Available bool   `json:"available"`
}

// Items are what the basics answer without a database.
type Items struct {
	Items []Item `json:"items"`
}

// Echo is what was sent, checked.
type Echo struct {
	Name     string   `json:"name"`
	Code     string   `json:"code"`
	Quantity int64    `json:"quantity"`
	Tags     []string `json:"tags"`
}

// Primes is how many primes there are up to N.
type Primes struct {
	N      int64 `json:"n"`
	Primes int64 `json:"primes"`
}

// Items makes the items that a query asks for.
func (s *Service) Items(query string) (*Items, error) {
	number, refusal := s.Contract.Basic(query, "items")
	if refusal != nil {
		return nil, refusal
	}
	items := make([]Item, 0, number)
	for id := int64(1); id <= number; id++ {
		items = append(items, Item{id, fmt.Sprintf("Item %d", id), id * 37 % 1000, id%3 != 0})
	}
	return &Items{items}, nil
}

// Echo reads a body and gives it back.
func (s *Service) Echo(data []byte) (*Echo, error) {
	values, refusal := s.whole(data, "echo")
	if refusal != nil {
		return nil, refusal
	}
	return &Echo{
		values["name"].(string), values["code"].(string), values["quantity"].(int64), values["tags"].([]string),
	}, nil
}

// Primes counts the primes that a query asks for.
func (s *Service) Primes(query string) (*Primes, error) {
	n, refusal := s.Contract.Basic(query, "n")
	if refusal != nil {
		return nil, refusal
	}
	return &Primes{n, primes(n)}, nil
}

// primes counts them by the contract's loop, which is not meant to be fast.
func primes(n int64) int64 {
	var found int64
	if n >= 2 {
		found = 1
	}
	for candidate := int64(3); candidate <= n; candidate += 2 {
		divisor := int64(3)
		for divisor*divisor <= candidate && candidate%divisor != 0 {
			divisor += 2
		}
		if divisor*divisor > candidate {
			found++
		}
	}
	return found
}

func (s *Service) whole(data []byte, body string) (bodies.Values, *contract.Refusal) {
	object, refusal := s.bodies.Object(data)
	if refusal != nil {
		return nil, refusal
	}
	return s.bodies.Whole(object, body)
}
