package audit

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// finish checks what the whole of the lines tells: the beginning, the end and
// the heads.
func (v *verifier) finish(files []measured) {
	end := v.last.seq
	known := v.headErr == nil || errors.Is(v.headErr, errForeign)
	if known {
		end = max(end, v.head.Seq)
	}
	v.settle(v.head.Seq, v.head.Hash)
	v.judgeBad(end + 1)
	v.miss(v.last.seq+1, end)
	v.beginning(files)
	for _, g := range v.gaps {
		v.report.fault(Fault{Missing, g.from, g.to, g.file, g.line, v.missingWords(g, end)})
	}
	if v.half != "" && known && v.head.Seq <= v.last.seq {
		v.report.note("%s: a process was ended while it wrote, before it told anybody. The next line will say so", v.half)
	}
	switch {
	case known && v.head.Seq < v.last.seq:
		v.report.note("lines %d to %d were written and not yet noted in the head: a process was ended, or the power was lost", v.head.Seq+1, v.last.seq)
	case errors.Is(v.headErr, errNoHead):
		v.report.fault(Fault{NoHead, 0, 0, headName, 0, "the head is missing, so that nothing here tells whether lines are gone from the end"})
	case errors.Is(v.headErr, errBadHead):
		v.report.fault(Fault{EditedHead, 0, 0, headName, 0, "the head is not as it was written, so that nothing here tells whether lines are gone from the end"})
	case !known:
		v.report.fault(Fault{NoHead, 0, 0, headName, 0, v.headErr.Error()})
	}
	if errors.Is(v.headErr, errForeign) {
		v.report.fault(Fault{OtherKey, v.head.Seq, v.head.Seq, headName, 0, "the head was made with the key " + v.head.Key + ", which was not given"})
	}
	v.unseen()
	v.report.Last, v.report.Hash = v.last.seq, v.last.hash
	v.report.Keys = slices.Sorted(maps.Keys(v.keys))
	v.report.sort()
}

// beginning checks that lines which are not there were removed for their age.
func (v *verifier) beginning(files []measured) {
	if len(files) == 0 || files[0].first == 1 {
		return
	}
	last := files[0].first - 1
	hash, told := v.removed[last]
	if told && (v.before == "" || v.before == hash) {
		v.report.note("lines 1 to %d were removed for their age, as a later line says", last)
		return
	}
	v.gaps = append([]gap{{1, last, files[0].path, 1}}, v.gaps...)
}

func (v *verifier) missingWords(g gap, end uint64) string {
	switch {
	case g.from == 1:
		return "they are gone from the beginning, and no line says that they were removed for their age"
	case g.to == end && g.to > v.last.seq && v.half != "":
		return "they are gone from the end, as the head tells, and " + v.half
	case g.to == end && g.to > v.last.seq:
		return "they are gone from the end, as the head tells"
	}
	return "they are gone from in front of this place"
}

// unseen tells of given heads whose lines were not met.
func (v *verifier) unseen() {
	for _, seq := range slices.Sorted(maps.Keys(v.heads)) {
		if hash, ok := v.removed[seq]; ok && hash == v.heads[seq] {
			v.report.Attested = append(v.report.Attested, seq)
			continue
		}
		if seq < v.report.First {
			v.report.note("line %d, of a head that you gave, was removed for its age or is missing: see the beginning", seq)
			continue
		}
		v.report.fault(Fault{OtherHead, seq, seq, "", 0, fmt.Sprintf("the line of the head that you gave is not there; the last line is %d", v.last.seq)})
	}
}
