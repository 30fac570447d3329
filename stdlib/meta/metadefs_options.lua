---@meta

assert(false, "stdlib/meta/metadefs_options.lua is documentation: the options of calls on namespaces")

--- Changes of a namespace; `false` removes a text.
---@class (exact) UpdateNamespaceOptions
---@field namespace? string its new name
---@field display_name? string|false
---@field description? string|false
---@field visibility? string private, public
---@field public protected? boolean
---@field owner? string project ID

--- A property by its JSON schema.
---@class (exact) PropertyOptions
---@field name string
---@field title string what people call it
---@field type string string, integer, number, boolean, array, object
---@field description? string
---@field default? string Glance keeps it as text, whatever the type
---@field public readonly? boolean
---@field operators? string[] how values are compared: `<in>`, `<or>`
---@field enum? string[] the only values; Glance takes only texts
---@field pattern? string a regular expression
---@field minLength? integer
---@field maxLength? integer
---@field minimum? integer Glance takes only whole numbers
---@field maximum? integer
---@field items? { type: string?, enum: string[]? } the elements of an array
---@field minItems? integer
---@field maxItems? integer
---@field uniqueItems? boolean
---@field additionalItems? boolean

--- An object: properties that belong together.
---@class (exact) ObjectOptions
---@field name string
---@field description? string
---@field required? string[] names of properties that must be given
---@field properties? table<string, table> schemas by name, as for `Namespace:create_property`

--- A resource type that a namespace is for.
---@class (exact) ResourceTypeOptions
---@field name string as Heat names it: `OS::Nova::Flavor`
---@field prefix? string before the name of each property there: `hw:`
---@field properties_target? string which set of properties is meant: `image` of a volume

--- Changes of a property; `false` removes a value that is not itself true or false.
---@class (exact) UpdatePropertyOptions
---@field name? string its new name
---@field title? string
---@field type? string string, integer, number, boolean, array, object
---@field description? string|false
---@field default? string|false
---@field public readonly? boolean
---@field operators? string[]|false
---@field enum? string[]|false
---@field pattern? string|false
---@field minLength? integer|false
---@field maxLength? integer|false
---@field minimum? integer|false
---@field maximum? integer|false
---@field items? { type: string?, enum: string[]? }|false
---@field minItems? integer|false
---@field maxItems? integer|false
---@field uniqueItems? boolean
---@field additionalItems? boolean

--- Changes of an object; `false` removes a value.
---@class (exact) UpdateObjectOptions
---@field name? string its new name
---@field description? string|false
---@field required? string[]|false
---@field properties? table<string, table|false>|false only these change

--- Changes of a tag.
---@class (exact) TagOptions
---@field name string
