---@meta

assert(false, 'stdlib/meta/metadefs.lua is documentation; namespaces come from a cloud: require "glance"')

--- An iterator over namespaces: `for namespace in cloud:namespaces{…} do`.
---@class Namespaces
local Namespaces = {}

--- All that are left, as a list.
---@return Namespace[]
function Namespaces:collect() end

--- The next one, or nil.
---@return Namespace|nil
function Namespaces:first() end

--- A namespace: properties, objects and tags that things of some resource types may carry. A snapshot.
---@class Namespace
---@field namespace string its name, unique in the cloud
---@field display_name? string what people call it
---@field description? string
---@field visibility string private (to its owner) or public
---@field public protected boolean whether nothing in it can be deleted, nor it
---@field owner string project ID
---@field resource_type_associations? table[] what it is for: `{ name =, prefix =, properties_target = }`
---@field created_at string ISO 8601
---@field updated_at? string ISO 8601
---@field self string path
---@field schema string path
local Namespace = {}

--- Changes the given fields, keeps the others, and returns the namespace as it is then.
---
--- Glance drops each field that a request omits, so the current ones are read first and sent again.
---
--- Request: PUT /v2/metadefs/namespaces/{namespace}
--- Command: glance md-namespace-update, openstack image metadef namespace set
--- Raises: usage, conflict (the new name is taken), forbidden (no administrator), not_found.
--- Source: glance/api/v2/metadef_namespaces.py, NamespaceController.update.
---@param options UpdateNamespaceOptions
---@return Namespace
function Namespace:update(options) end

--- Deletes it with all that is in it.
---
--- Request: DELETE /v2/metadefs/namespaces/{namespace}
--- Command: glance md-namespace-delete, openstack image metadef namespace delete
--- Raises: forbidden (protected; no administrator), not_found.
--- Source: glance/api/v2/metadef_namespaces.py, NamespaceController.delete.
function Namespace:delete() end

--- The namespace as it is now.
---
--- Request: GET /v2/metadefs/namespaces/{namespace}
--- Command: glance md-namespace-show, openstack image metadef namespace show
--- Raises: not_found.
--- Source: glance/api/v2/metadef_namespaces.py, NamespaceController.show.
---@return Namespace
function Namespace:refresh() end

--- Its properties.
---
--- With a `resource_type` they are called as they would be on a thing of that type, with the prefix that the
--- namespace has there: `namespace:properties{ resource_type = "OS::Glance::Image" }`. Their methods find
--- them all the same.
---
--- Request: GET /v2/metadefs/namespaces/{namespace}/properties
--- Request: GET /v2/metadefs/namespaces/{namespace}
--- Command: glance md-property-list, glance md-namespace-show, openstack image metadef property list
--- Raises: not_found (the namespace; it is not for that resource type).
--- Source: glance/api/v2/metadef_properties.py, NamespacePropertiesController.index; metadef_namespaces.py,
--- NamespaceController._prefix_property_name.
---@param options? { resource_type: string? }
---@return NamespaceProperties
function Namespace:properties(options) end

--- One property by name.
---
--- Request: GET /v2/metadefs/namespaces/{namespace}/properties/{property_name}
--- Command: glance md-property-show, openstack image metadef property show
--- Raises: not_found (says whether it is the namespace or the property).
--- Source: glance/api/v2/metadef_properties.py, NamespacePropertiesController.show.
---@param name string
---@return NamespaceProperty
function Namespace:property(name) end

--- Adds a property.
---
--- Request: POST /v2/metadefs/namespaces/{namespace}/properties
--- Command: glance md-property-create, openstack image metadef property create
--- Raises: usage (also a name by which Glance could not find it again), conflict (there already), forbidden
--- (no administrator), invalid, not_found (the namespace).
--- Source: glance/api/v2/metadef_properties.py, NamespacePropertiesController.create.
---@param options PropertyOptions
---@return NamespaceProperty
function Namespace:create_property(options) end

--- Deletes all its properties.
---
--- Request: DELETE /v2/metadefs/namespaces/{namespace}/properties
--- Command: glance md-namespace-properties-delete, openstack image metadef property delete
--- Raises: forbidden (the namespace is protected; no administrator), not_found.
--- Source: glance/api/v2/metadef_namespaces.py, NamespaceController.delete_properties.
function Namespace:delete_properties() end

--- Its objects.
---
--- With a `resource_type` their `properties` and `required` are called as they would be on a thing of that
--- type; a change of one names them without the prefix.
---
--- Request: GET /v2/metadefs/namespaces/{namespace}/objects
--- Request: GET /v2/metadefs/namespaces/{namespace}
--- Command: glance md-object-list, glance md-namespace-show, openstack image metadef object list
--- Raises: not_found (the namespace; it is not for that resource type).
--- Source: glance/api/v2/metadef_objects.py, MetadefObjectsController.index; metadef_namespaces.py,
--- NamespaceController._prefix_property_name.
---@param options? { resource_type: string? }
---@return NamespaceObjects
function Namespace:objects(options) end

--- One object by name.
---
--- Request: GET /v2/metadefs/namespaces/{namespace}/objects/{object_name}
--- Command: glance md-object-show, openstack image metadef object show
--- Raises: not_found (says whether it is the namespace or the object).
--- Source: glance/api/v2/metadef_objects.py, MetadefObjectsController.show.
---@param name string
---@return NamespaceObject
function Namespace:object(name) end

--- Adds an object: properties that belong together.
---
--- Request: POST /v2/metadefs/namespaces/{namespace}/objects
--- Command: glance md-object-create, openstack image metadef object create
--- Raises: usage (also a name by which Glance could not find it again), conflict (there already), forbidden
--- (no administrator), invalid, not_found (the namespace).
--- Source: glance/api/v2/metadef_objects.py, MetadefObjectsController.create.
---@param options ObjectOptions
---@return NamespaceObject
function Namespace:create_object(options) end

--- Deletes all its objects.
---
--- Request: DELETE /v2/metadefs/namespaces/{namespace}/objects
--- Command: glance md-namespace-objects-delete, openstack image metadef object delete
--- Raises: forbidden (the namespace is protected; no administrator), not_found.
--- Source: glance/api/v2/metadef_namespaces.py, NamespaceController.delete_objects.
function Namespace:delete_objects() end

--- Its tags.
---
--- Request: GET /v2/metadefs/namespaces/{namespace}/tags
--- Command: glance md-tag-list
--- Raises: not_found (the namespace).
--- Source: glance/api/v2/metadef_tags.py, TagsController.index.
---@return NamespaceTags
function Namespace:tags() end

--- One tag by name.
---
--- Request: GET /v2/metadefs/namespaces/{namespace}/tags/{tag_name}
--- Command: glance md-tag-show
--- Raises: not_found (says whether it is the namespace or the tag).
--- Source: glance/api/v2/metadef_tags.py, TagsController.show.
---@param name string
---@return NamespaceTag
function Namespace:tag(name) end

--- Adds a tag.
---
--- Request: POST /v2/metadefs/namespaces/{namespace}/tags/{tag_name}
--- Command: glance md-tag-create, openstack image metadef namespace set
--- Raises: usage (a name by which Glance could not find it again), conflict (there already; on most clouds in
--- whatever case), forbidden (no administrator), not_found (the namespace).
--- Source: glance/api/v2/metadef_tags.py, TagsController.create.
---@param name string
---@return NamespaceTag
function Namespace:create_tag(name) end

--- Adds tags, all or none: `create_tags { "red", "blue" }`.
---
--- Those that are there stay, also on a cloud too old to keep them of itself. With `replace = true` all
--- others go, which counts as a deletion.
---
--- Request: POST /v2/metadefs/namespaces/{namespace}/tags
--- Command: glance md-tag-create-multiple
--- Raises: usage (a name by which Glance could not find it again), conflict (one is there already, or is
--- listed twice), forbidden (no administrator), not_found (the namespace).
--- Source: glance/api/v2/metadef_tags.py, TagsController.create_tags (X-OpenStack-Append).
---@param tags table
---@return NamespaceTags
function Namespace:create_tags(tags) end

--- Deletes all its tags.
---
--- Request: DELETE /v2/metadefs/namespaces/{namespace}/tags
--- Command: glance md-namespace-tags-delete, openstack image metadef namespace unset
--- Raises: forbidden (the namespace is protected; no administrator), not_found.
--- Source: glance/api/v2/metadef_namespaces.py, NamespaceController.delete_tags.
function Namespace:delete_tags() end

--- The resource types that it is for.
---
--- Request: GET /v2/metadefs/namespaces/{namespace}/resource_types
--- Command: glance md-namespace-resource-type-list, openstack image metadef resource type association list
--- Raises: not_found (the namespace).
--- Source: glance/api/v2/metadef_resource_types.py, ResourceTypeController.show.
---@return ResourceTypes
function Namespace:resource_types() end

--- Says that it is for a resource type; one that the cloud does not know yet becomes known.
---
--- Request: POST /v2/metadefs/namespaces/{namespace}/resource_types
--- Command: glance md-resource-type-associate, openstack image metadef resource type association create
--- Raises: usage, conflict (there already), forbidden (no administrator), not_found (the namespace).
--- Source: glance/api/v2/metadef_resource_types.py, ResourceTypeController.create.
---@param options ResourceTypeOptions
---@return ResourceType
function Namespace:add_resource_type(options) end

--- Says that it is for a resource type no more. The type stays known.
---
--- Request: DELETE /v2/metadefs/namespaces/{namespace}/resource_types/{resource_type}
--- Command: glance md-resource-type-deassociate, openstack image metadef resource type association delete
--- Raises: not_found, forbidden (protected; no administrator).
--- Source: glance/api/v2/metadef_resource_types.py, ResourceTypeController.delete.
---@param name string
function Namespace:remove_resource_type(name) end

--- An iterator over properties: `for property in namespace:properties() do`.
---@class NamespaceProperties
local NamespaceProperties = {}

--- All that are left, as a list.
---@return NamespaceProperty[]
function NamespaceProperties:collect() end

--- The next one, or nil.
---@return NamespaceProperty|nil
function NamespaceProperties:first() end

--- One property, by JSON schema: which values it takes. A snapshot.
---@class NamespaceProperty
---@field name string
---@field title string what people call it
---@field type string string, integer, number, boolean, array, object
---@field description? string
---@field default? string always text, whatever the type
---@field public readonly? boolean
---@field operators? string[] how values are compared: `<in>`, `<or>`
---@field enum? string[] the only values
---@field pattern? string a regular expression
---@field minLength? integer
---@field maxLength? integer
---@field minimum? integer
---@field maximum? integer
---@field items? { type: string?, enum: string[]? } what the elements of an array are
---@field minItems? integer
---@field maxItems? integer
---@field uniqueItems? boolean
---@field additionalItems? boolean
local NamespaceProperty = {}

--- Changes the given fields, keeps the others, and returns the property as it is then.
---
--- Glance drops each field that a request omits, so the current ones are read first and sent again.
---
--- Request: PUT /v2/metadefs/namespaces/{namespace}/properties/{property_name}
--- Command: glance md-property-update, openstack image metadef property set
--- Raises: usage, conflict (the new name is taken), forbidden (no administrator), invalid, not_found.
--- Source: glance/api/v2/metadef_properties.py, NamespacePropertiesController.update.
---@param options UpdatePropertyOptions
---@return NamespaceProperty
function NamespaceProperty:update(options) end

--- Deletes it.
---
--- Request: DELETE /v2/metadefs/namespaces/{namespace}/properties/{property_name}
--- Command: glance md-property-delete, openstack image metadef property delete
--- Raises: forbidden (the namespace is protected; no administrator), not_found.
--- Source: glance/api/v2/metadef_properties.py, NamespacePropertiesController.delete.
function NamespaceProperty:delete() end

--- An iterator over objects: `for object in namespace:objects() do`.
---@class NamespaceObjects
local NamespaceObjects = {}

--- All that are left, as a list.
---@return NamespaceObject[]
function NamespaceObjects:collect() end

--- The next one, or nil.
---@return NamespaceObject|nil
function NamespaceObjects:first() end

--- Properties that belong together. A snapshot.
---@class NamespaceObject
---@field name string
---@field description? string
---@field required? string[] names of properties that must be given
---@field properties? table<string, table> schemas by name; one of them is what `md-object-property-show` shows
---@field created_at string ISO 8601
---@field updated_at string ISO 8601
---@field self string path
---@field schema string path
local NamespaceObject = {}

--- Changes the given fields, keeps the others, and returns the object as it is then.
---
--- Glance drops each field that a request omits, so the current ones are read first and sent again.
---
--- Request: PUT /v2/metadefs/namespaces/{namespace}/objects/{object_name}
--- Command: glance md-object-update, openstack image metadef object update
--- Raises: usage, conflict (the new name is taken), forbidden (no administrator), invalid, not_found.
--- Source: glance/api/v2/metadef_objects.py, MetadefObjectsController.update.
---@param options UpdateObjectOptions
---@return NamespaceObject
function NamespaceObject:update(options) end

--- Deletes it.
---
--- Request: DELETE /v2/metadefs/namespaces/{namespace}/objects/{object_name}
--- Command: glance md-object-delete, openstack image metadef object delete
--- Raises: forbidden (the namespace is protected; no administrator), not_found.
--- Source: glance/api/v2/metadef_objects.py, MetadefObjectsController.delete.
function NamespaceObject:delete() end

--- An iterator over tags: `for tag in namespace:tags() do`.
---@class NamespaceTags
local NamespaceTags = {}

--- All that are left, as a list.
---@return NamespaceTag[]
function NamespaceTags:collect() end

--- The next one, or nil.
---@return NamespaceTag|nil
function NamespaceTags:first() end

--- A word that things may be tagged with. A snapshot; in a list Glance tells only its name.
---@class NamespaceTag
---@field name string
---@field created_at? string ISO 8601
---@field updated_at? string ISO 8601
local NamespaceTag = {}

--- Changes its name, which is all that a tag has, and returns the tag as it is then.
---
--- Request: PUT /v2/metadefs/namespaces/{namespace}/tags/{tag_name}
--- Command: glance md-tag-update
--- Raises: usage, conflict (the new name is taken), forbidden (no administrator), not_found.
--- Source: glance/api/v2/metadef_tags.py, TagsController.update.
---@param options TagOptions
---@return NamespaceTag
function NamespaceTag:update(options) end

--- Deletes it.
---
--- Request: DELETE /v2/metadefs/namespaces/{namespace}/tags/{tag_name}
--- Command: glance md-tag-delete, openstack image metadef namespace unset
--- Raises: forbidden (the namespace is protected; no administrator), not_found.
--- Source: glance/api/v2/metadef_tags.py, TagsController.delete.
function NamespaceTag:delete() end

--- An iterator over resource types: `for type in cloud:resource_types() do`.
---@class ResourceTypes
local ResourceTypes = {}

--- All that are left, as a list.
---@return ResourceType[]
function ResourceTypes:collect() end

--- The next one, or nil.
---@return ResourceType|nil
function ResourceTypes:first() end

--- A type of thing, named as Heat names it: `OS::Nova::Flavor`. A snapshot.
---@class ResourceType
---@field name string
---@field prefix? string what stands before the names of a namespace's properties there
---@field properties_target? string which of the thing's sets of properties is meant
---@field created_at? string ISO 8601
---@field updated_at? string ISO 8601
local ResourceType = {}
