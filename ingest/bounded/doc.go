// Package bounded runs functions of the program in child processes of itself,
// each under a limit of time and of memory. A file that would stop or fill the
// program ends a child instead, and only its own request fails.
//
// The program starts itself with arguments of its choice, and on these does
// nothing but serve:
//
//	if len(args) > 0 && args[0] == "read-file" {
//		return bounded.Serve(stdin, stdout, handle)
//	}
//
// and asks its children through a [Runner]:
//
//	runner := &bounded.Runner{Command: []string{"", "read-file"}, Time: time.Minute, Memory: 512 << 20}
//	defer runner.Close()
//	reply, err := runner.Do(ctx, "pdf", data)
//
// A child serves one request at a time and many in its life. It has no
// environment, so no secret of its parent is in it, and it ends with its parent.
package bounded
