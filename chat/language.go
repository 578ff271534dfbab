package chat

import "unicode"

// The languages that the product speaks.
const (
	English     = "en"
	Simplified  = "zh-Hans"
	Traditional = "zh-Hant"
)

// onlySimplified and onlyTraditional are frequent characters that exist in
// one of the two Chinese scripts, in pairs at the same place. Characters that
// both scripts use, such as 后 and 里, are left out.
const (
	onlySimplified  = "们个这来时会对说国过发学么开关点与为从问题应请该让给将现实应业务员经济产动种样还没无间长门见车书马鸟鱼头员华语读写话课试认识记录报销费额级层区处办职责权审时签单据购买卖价钱账户银证险档传输联网络连错误设备维护条约续计划总结节约练习训导师团队绩评优医疗养产检离职辞谁岁两难须边远"
	onlyTraditional = "們個這來時會對說國過發學麼開關點與為從問題應請該讓給將現實應業務員經濟產動種樣還沒無間長門見車書馬鳥魚頭員華語讀寫話課試認識記錄報銷費額級層區處辦職責權審時簽單據購買賣價錢賬戶銀證險檔傳輸聯網絡連錯誤設備維護條約續計劃總結節約練習訓導師團隊績評優醫療養產檢離職辭誰歲兩難須邊遠"
)

// scripts says of a character which script alone has it.
var scripts = func() map[rune]string {
	table := make(map[rune]string)
	simplified, traditional := []rune(onlySimplified), []rune(onlyTraditional)
	for i, s := range simplified {
		table[s], table[traditional[i]] = Simplified, Traditional
	}
	return table
}()

// LanguageOf returns the language that text is written in: English,
// Simplified or Traditional. Chinese without a character that tells the
// scripts apart, and any text in another language, takes the fallback's, as
// far as that can be.
func LanguageOf(text, fallback string) string {
	var han, words, other, simplified, traditional int
	inWord := false
	for _, r := range text {
		latin := unicode.Is(unicode.Latin, r)
		switch {
		case latin && !inWord:
			words++
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.IsLetter(r) && !latin:
			other++
		}
		inWord = latin || inWord && (unicode.IsDigit(r) || r == '\'' || r == '’' || r == '-')
		switch scripts[r] {
		case Simplified:
			simplified++
		case Traditional:
			traditional++
		}
	}
	switch {
	case other > han && other > words, han+words == 0:
		return known(fallback)
	case han < words:
		return English
	case simplified > traditional:
		return Simplified
	case traditional > simplified:
		return Traditional
	case fallback == Traditional:
		return Traditional
	}
	return Simplified
}

// known returns language if the product speaks it, else English.
func known(language string) string {
	if language == Simplified || language == Traditional {
		return language
	}
	return English
}

// isChinese reports whether a language of ours is one of the Chinese ones.
func isChinese(language string) bool { return language == Simplified || language == Traditional }
