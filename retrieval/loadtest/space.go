package loadtest

import (
	"math"
	"math/rand/v2"
)

// The shape of a company's vectors.
const (
	latent    = 40   // dimensions that the meaning of a text really has
	topics    = 400  // that texts are about
	spread    = 0.45 // of the texts of one topic, the distance between topics being about 1.4
	grain     = 0.15 // what the embedder adds that no topic explains
	perOffice = 30   // topics of one department; its neighbours share half of them
)

// A space places topics, and the texts around them, in the dimensions of an
// embedder: each is a point of the latent space, seen through one random
// projection.
type space struct {
	topics     [][]float64 // topics x latent, unit vectors
	projection [][]float64 // dimensions x latent
}

func newSpace(size Size) space {
	random := rand.New(rand.NewPCG(1, 1))
	s := space{topics: make([][]float64, topics), projection: make([][]float64, size.Dimensions)}
	for i := range s.topics {
		s.topics[i] = gaussian(random, latent, 1)
		normalize(s.topics[i])
	}
	for i := range s.projection {
		s.projection[i] = gaussian(random, latent, 1/math.Sqrt(float64(size.Dimensions)))
	}
	return s
}

// topicOf returns a topic of a department, the first ones most often.
func (s space) topicOf(department int, random *rand.Rand) int {
	within := int(perOffice * random.Float64() * random.Float64())
	return (department*perOffice/2 + within) % topics
}

// near returns the unit vector of a text about a topic.
func (s space) near(topic int, random *rand.Rand) []float32 {
	point := gaussian(random, latent, spread/math.Sqrt(latent))
	for i, x := range s.topics[topic] {
		point[i] += x
	}
	seen := gaussian(random, len(s.projection), grain/math.Sqrt(float64(len(s.projection))))
	for i, row := range s.projection {
		for j, x := range row {
			seen[i] += x * point[j]
		}
	}
	normalize(seen)
	vector := make([]float32, len(seen))
	for i, x := range seen {
		vector[i] = float32(x)
	}
	return vector
}

// gaussian returns n numbers of the normal distribution.
func gaussian(random *rand.Rand, n int, deviation float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = deviation * random.NormFloat64()
	}
	return v
}

// normalize gives v the length 1.
func normalize(v []float64) {
	square := 0.0
	for _, x := range v {
		square += x * x
	}
	for i := range v {
		v[i] /= math.Sqrt(square)
	}
}
