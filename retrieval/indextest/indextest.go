package indextest

import (
	"testing"

	"bureau/retrieval"
)

// An Engine is what the suite tests: an index that is searched and written.
type Engine interface {
	retrieval.Index
	retrieval.Writer
}

// Generation is what an engine is opened with for the suite.
var Generation = retrieval.Generation{Embedder: "indextest", Dimensions: 64, Cutting: "indextest"}

// A promise is one thing that every engine holds.
type promise struct {
	name string
	hold func(t *testing.T, e Engine)
}

// promises are the contract. P1, P2, P4 are promises of the product: nothing
// from outside a scope, nothing for an empty scope, every id authorised again.
var promises = []promise{
	{"P2_L03_ZeroScopeIsRefused", zeroScopeIsRefused},
	{"P2_ScopeNarrowedToNothingIsRefused", scopeNarrowedToNothingIsRefused},
	{"P1_NearerForeignPassagesDoNotCrowdOutOwnOnes", nearerForeignPassagesDoNotCrowdOutOwnOnes},
	{"P1_L04_EveryRankingIsFiltered", everyRankingIsFiltered},
	{"P1_L08_ForeignDocumentsDoNotChangeOwnScores", foreignDocumentsDoNotChangeOwnScores},
	{"P4_L01_LoadLeavesOutForeignIds", loadLeavesOutForeignIDs},
	{"P1_DenyWins", denyWins},
	{"P1_ClearanceHolds", clearanceHolds},
	{"P1_DatesOfEffectHold", datesOfEffectHold},
	{"P1_MembersReadAncestorsAndNotDescendants", membersReadAncestorsAndNotDescendants},
	{"P1_ManyDepartmentsPerPassage", manyDepartmentsPerPassage},
	{"P2_DocumentOfNobodyIsReadByNobody", documentOfNobodyIsReadByNobody},
	{"ReplaceTakesAllThatWasThere", replaceTakesAllThatWasThere},
	{"ReplaceIsNeverSeenHalfDone", replaceIsNeverSeenHalfDone},
	{"ReplaceAllIsOneStep", replaceAllIsOneStep},
	{"P1_LastOfABatchStandsWithoutATrace", lastOfABatchStands},
	{"DeleteIsSeenAtOnce", deleteIsSeenAtOnce},
	{"P3_SetReadersIsSeenAtOnce", setReadersIsSeenAtOnce},
	{"DocumentsAreListedAsWritten", documentsAreListedAsWritten},
	{"WrongVectorsAreRefused", wrongVectorsAreRefused},
	{"ForeignPassageIdIsNotTakenOver", foreignPassageIDIsNotTakenOver},
	{"PassageWithoutWordsIsFoundByMeaning", passageWithoutWordsIsFoundByMeaning},
	{"LoadReturnsWhatWasWritten", loadReturnsWhatWasWritten},
	{"ScoresAreExact", scoresAreExact},
	{"OrderIsStable", orderIsStable},
	{"KIsRespected", kIsRespected},
	{"QueryWithoutVectorOrTerms", queryWithoutVectorOrTerms},
	{"CancelledContextEndsTheSearch", cancelledContextEndsTheSearch},
	{"P1_RandomDataAgainstBruteForce", randomDataAgainstBruteForce},
}

// Run holds the engines that open gives against every promise. Each call of
// open must give an empty engine of [Generation], and close it with the test.
func Run(t *testing.T, open func(t *testing.T) Engine) {
	for _, p := range promises {
		t.Run(p.name, func(t *testing.T) { p.hold(t, open(t)) })
	}
}
