package ingest
import ("testing";"os";"path/filepath";"fmt";"strings";"bureau/retrieval";"math/rand/v2";"time")
func TestTry(t *testing.T){
 r:=rand.New(rand.NewPCG(1,2)); type pc struct{f string;p Piece}; var all []pc; docs:=0; sizes:=map[int]int{}; start:=time.Now(); bytes:=0
 for _,root:=range []string{"/work/shared/corpora/18f","/work/shared/corpora/whatgenerativeai/content","/work/main/examples/company/documents","/work/shared/corpora/clef","/work/shared/corpora/lfit-itpol","/work/shared/corpora/finsolve-rbac"}{
 filepath.Walk(root,func(p string,fi os.FileInfo,err error)error{ if fi.IsDir(){return nil}
  if _,err:=formatOf(p);err!=nil {return nil}
  d,_:=os.ReadFile(p); bytes+=len(d); x,err:=Extract(p,d); if err!=nil {fmt.Println("ERR",p,err);return nil}
  docs++
  if strings.Contains(x.Markdown,"{{") {fmt.Println("SC",p, x.Markdown[strings.Index(x.Markdown,"{{"):][:40])}
  if i:=strings.Index(x.Markdown,"!["); i>=0 {fmt.Println("IMG",p, x.Markdown[i:min(len(x.Markdown),i+60)])}
  if strings.Contains(p,"examples") {fmt.Printf("%-60s %q %q %q %q\n",filepath.Base(p),x.Title,x.Language,x.Updated,x.Owner)}
  ps:=Cut(x,Limit{}); if len(ps)==0 {fmt.Println("NONE",p)}
  for _,q:=range ps { n:=EstimateTokens(retrieval.Passage{Headings:q.Headings,Header:q.Header,Text:q.Text}.Indexed(x.Title)); if n>480 {fmt.Println("OVER",p,n)}; sizes[n/40*40]++; all=append(all,pc{p,q}); if q.Language!=x.Language {fmt.Printf("LANG %s %q vs %q: %.60q\n",p,q.Language,x.Language,q.Text)} }
  return nil}) }
 fmt.Println(docs,len(all),sizes,bytes,time.Since(start))
 for range 22 { c:=all[r.IntN(len(all))]; fmt.Printf("\n=== %s [%s] #%s lang=%s est=%d\nHEADER %q\n%s\n",filepath.Base(c.f),strings.Join(c.p.Headings," > "),c.p.Anchor,c.p.Language,EstimateTokens(c.p.Text),c.p.Header,c.p.Text)}
}
