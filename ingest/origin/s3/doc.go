// Package s3 brings the objects of a bucket of S3, or of a server that speaks as
// it does.
//
// It has a client of its own of two requests, ListObjectsV2 and GetObject, whose
// signatures are held against the examples that AWS gives. The client libraries
// have hundreds of requests that nothing here needs, some of which write.
package s3
