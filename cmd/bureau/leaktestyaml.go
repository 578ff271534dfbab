package main

import "go.yaml.in/yaml/v3"

// value returns what a mapping has under a key, or nil.
func value(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Kind == yaml.MappingNode && mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// under returns what a mapping has under a key, made where it is not there.
func under(mapping *yaml.Node, key string, kind yaml.Kind) *yaml.Node {
	there := value(mapping, key)
	if there != nil && there.Kind == yaml.AliasNode {
		there = there.Alias
	}
	if there != nil && there.Kind == kind {
		return there
	}
	made := &yaml.Node{Kind: kind}
	drop(mapping, key)
	mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, made)
	return made
}

// put gives a mapping a value, in the place of what it had.
func put(mapping *yaml.Node, key string, what any) {
	drop(mapping, key)
	mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, node(what))
}

// drop takes a key out of a mapping.
func drop(mapping *yaml.Node, key string) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			mapping.Content = append(mapping.Content[:i:i], mapping.Content[i+2:]...)
			return
		}
	}
}

// node returns a value as a node of YAML.
func node(what any) *yaml.Node {
	var n yaml.Node
	if err := n.Encode(what); err != nil {
		panic(err) // unreachable: strings, numbers, lists and mappings of them encode
	}
	return &n
}
