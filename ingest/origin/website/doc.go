// Package website brings the pages of one host that its sitemap lists.
//
// It asks only that host, at a polite rate, obeys its robots.txt, and follows no
// link of a page: what is not in the sitemap is not brought.
package website
