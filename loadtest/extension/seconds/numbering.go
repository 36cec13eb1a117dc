package seconds

import (
	"bytes"
	"crypto/rand"
	"fmt"
)

// numbering says where each line stands in what one k6 writes, so that readers find out what is missing and what they
// have twice: a kubelet rotates the logs of long loads.
type numbering struct {
	runner string // tells this k6's lines from those of others
	lines  int64  // so far
}

func newNumbering() *numbering {
	return &numbering{runner: rand.Text()[:10]}
}

// endLine is the last one: without it, something is missing behind what was read.
type endLine struct {
	Scalebed int    `json:"scalebed"`
	Type     string `json:"type"`
	Second   int64  `json:"second"`
}

// number puts the runner and the line's number behind the format's version, with which every line begins.
func (n *numbering) number(encoded []byte) []byte {
	n.lines++
	version, rest, _ := bytes.Cut(encoded, []byte(","))
	return fmt.Appendf(nil, `%s,"runner":%q,"line":%d,%s`, version, n.runner, n.lines, rest)
}
