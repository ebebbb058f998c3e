package graphcheck

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// strictener closes the open schemas of the description. additionalProperties:false does
// not compose with allOf, so inheritance is flattened first.
type strictener struct {
	doc  *openapi3.T
	done map[*openapi3.Schema]bool
}

func (s *strictener) all() error {
	for _, name := range slices.Sorted(maps.Keys(s.doc.Components.Schemas)) {
		if err := s.schema(s.doc.Components.Schemas[name].Value); err != nil {
			return fmt.Errorf("schema %s: %w", name, err)
		}
	}
	for path, item := range s.doc.Paths.Map() {
		for method, op := range item.Operations() {
			if err := s.operation(op); err != nil {
				return fmt.Errorf("%s %s: %w", method, path, err)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.doc.Components.Schemas)) {
		s.derived(s.doc.Components.Schemas[name].Value)
	}
	return nil
}

func (s *strictener) operation(op *openapi3.Operation) error {
	var media []*openapi3.MediaType
	if op.RequestBody != nil && op.RequestBody.Value != nil {
		media = slices.Collect(maps.Values(op.RequestBody.Value.Content))
	}
	for _, res := range op.Responses.Map() {
		if res.Value != nil {
			media = slices.AppendSeq(media, maps.Values(res.Value.Content))
		}
	}
	for _, m := range media {
		if m.Schema != nil && m.Schema.Value != nil {
			if err := s.schema(m.Schema.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// schema flattens and closes one schema and everything below it.
func (s *strictener) schema(schema *openapi3.Schema) error {
	if schema == nil || s.done[schema] {
		return nil
	}
	s.done[schema] = true
	for _, base := range schema.AllOf {
		if err := s.schema(base.Value); err != nil {
			return err
		}
		inherit(schema, base)
	}
	schema.AllOf = nil
	for _, property := range schema.Properties {
		if err := s.schema(property.Value); err != nil {
			return err
		}
	}
	for _, choice := range schema.AnyOf {
		// "{type: object, nullable: true}" stands for null; as it is, it would accept anything.
		if v := choice.Value; choice.Ref == "" && v.Nullable && len(v.Properties) == 0 {
			none := uint64(0)
			v.MaxProps = &none
			continue
		}
		if err := s.schema(choice.Value); err != nil {
			return err
		}
	}
	if schema.Items != nil {
		if err := s.schema(schema.Items.Value); err != nil {
			return err
		}
	}
	open := schema.AdditionalProperties.Has != nil && *schema.AdditionalProperties.Has || schema.AdditionalProperties.Schema != nil
	if len(schema.Properties) > 0 && !open {
		no := false
		schema.AdditionalProperties.Has = &no
	}
	return nil
}

// inherit copies what a base schema, or an inline part, has into a schema. The choice of
// subtypes belongs to the inline part: a derived type is no choice between its siblings.
func inherit(schema *openapi3.Schema, ref *openapi3.SchemaRef) {
	base := ref.Value
	if schema.Properties == nil {
		schema.Properties = openapi3.Schemas{}
	}
	for name, property := range base.Properties {
		if _, own := schema.Properties[name]; !own {
			schema.Properties[name] = property
		}
	}
	if len(schema.Properties) == 0 {
		schema.Properties, schema.Enum, schema.Pattern = nil, base.Enum, base.Pattern
	}
	schema.Required = append(slices.Clone(base.Required), schema.Required...)
	if schema.Type == nil {
		schema.Type = base.Type
	}
	if has := base.AdditionalProperties.Has; has != nil && *has && schema.AdditionalProperties.Has == nil {
		schema.AdditionalProperties.Has = has
	}
	if schema.Discriminator == nil && ref.Ref == "" {
		schema.Discriminator = base.Discriminator
	}
}

// derived makes a closed schema with subtypes a choice by @odata.type.
func (s *strictener) derived(schema *openapi3.Schema) {
	if schema.Discriminator == nil || schema.AdditionalProperties.Has == nil || *schema.AdditionalProperties.Has {
		return
	}
	choices := openapi3.SchemaRefs{}
	for _, kind := range slices.Sorted(maps.Keys(schema.Discriminator.Mapping)) {
		ref := schema.Discriminator.Mapping[kind].Ref
		target := s.doc.Components.Schemas[strings.TrimPrefix(ref, "#/components/schemas/")]
		if target == nil || target.Value == schema {
			continue
		}
		choices = append(choices, &openapi3.SchemaRef{Ref: ref, Value: target.Value})
	}
	schema.Properties, schema.AdditionalProperties, schema.Required = nil, openapi3.AdditionalProperties{}, nil
	schema.OneOf = choices
}
