package zipfile

import (
	"os"
	"path/filepath"
)

// markFile says which archive was unpacked in full.
const markFile = ".archive"

func markIn(folder string) string {
	version, err := os.ReadFile(filepath.Join(folder, markFile))
	if err != nil {
		return "" // it is unpacked again
	}
	return string(version)
}

func mark(folder, version string) error {
	return os.WriteFile(filepath.Join(folder, markFile), []byte(version), 0o600)
}
