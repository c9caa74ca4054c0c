// libhdf5's own way to list references: every object opened, its attributes read, its chunks iterated; no file shows
// what starting takes. It is linked to the libhdf5 of the h5py that the tests use, which comes without headers, so the
// few functions are declared here: Debian 12's libhdf5 has no H5Dchunk_iter.
//
// usage: libhdf5_loop refs|values FILE...       values: also reads each dimension scale
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int64_t hid_t;
typedef uint64_t hsize_t;
typedef uint64_t haddr_t;
typedef int herr_t;
enum { H5_INDEX_NAME = 0, H5_ITER_NATIVE = 2, H5I_DATASET = 5, H5D_CHUNKED = 2, H5P_DEFAULT = 0, H5S_ALL = 0 };
enum { H5O_INFO_BASIC = 1 };

herr_t H5Fclose(hid_t);
hid_t H5Fopen(const char*, unsigned, hid_t);
herr_t H5Ovisit3(hid_t, int, int, herr_t (*)(hid_t, const char*, const void*, void*), void*, unsigned);
hid_t H5Oopen(hid_t, const char*, hid_t);
herr_t H5Oclose(hid_t);
int H5Iget_type(hid_t);
herr_t H5Aiterate2(hid_t, int, int, hsize_t*, herr_t (*)(hid_t, const char*, const void*, void*), void*);
hid_t H5Aopen(hid_t, const char*, hid_t);
herr_t H5Aread(hid_t, hid_t, void*);
herr_t H5Aclose(hid_t);
hid_t H5Aget_type(hid_t);
hid_t H5Aget_space(hid_t);
hid_t H5Dget_create_plist(hid_t);
hid_t H5Dget_type(hid_t);
hid_t H5Dget_space(hid_t);
haddr_t H5Dget_offset(hid_t);
herr_t H5Dchunk_iter(hid_t, hid_t, int (*)(const hsize_t*, unsigned, haddr_t, hsize_t, void*), void*);
herr_t H5Dread(hid_t, hid_t, hid_t, hid_t, hid_t, void*);
int H5Pget_layout(hid_t);
herr_t H5Pclose(hid_t);
size_t H5Tget_size(hid_t);
herr_t H5Tclose(hid_t);
herr_t H5Treclaim(hid_t, hid_t, hid_t, void*);
int64_t H5Sget_simple_extent_npoints(hid_t);
herr_t H5Sclose(hid_t);

struct reference {
  uint64_t offset, length;
};

struct listing {
  bool with_values;
  bool is_scale;  // the dataset whose attributes are read
  size_t attributes, values, count, capacity;
  struct reference* references;
};

static void* checked(void* memory) {
  if (memory == NULL) exit(3);
  return memory;
}

static void fail(const char* what) {
  fprintf(stderr, "libhdf5_loop: %s failed\n", what);
  exit(3);
}

static void add_reference(struct listing* listing, uint64_t offset, uint64_t length) {
  if (listing->count == listing->capacity) {
    listing->capacity = listing->capacity == 0 ? 256 : 2 * listing->capacity;
    listing->references = checked(realloc(listing->references, listing->capacity * sizeof(struct reference)));
  }
  listing->references[listing->count++] = (struct reference){offset, length};
}

static int add_chunk(const hsize_t* position, unsigned filter_mask, haddr_t offset, hsize_t length, void* listing) {
  (void)position, (void)filter_mask;
  add_reference(listing, offset, length);
  return 0;
}

static herr_t read_attribute(hid_t object, const char* name, const void* info, void* opaque) {
  (void)info;
  struct listing* listing = opaque;
  const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  const size_t size = H5Tget_size(type) * (size_t)H5Sget_simple_extent_npoints(space);
  char* value = checked(calloc(1, size + 1));
  if (size > 0) {
    if (H5Aread(attribute, type, value) < 0) fail("H5Aread");
    if (strcmp(name, "CLASS") == 0) listing->is_scale = strcmp(value, "DIMENSION_SCALE") == 0;
    H5Treclaim(type, space, H5P_DEFAULT, value);
  }
  free(value);
  H5Sclose(space), H5Tclose(type), H5Aclose(attribute);
  ++listing->attributes;
  return 0;
}

static void read_values(hid_t dataset, hid_t type, size_t size, struct listing* listing) {
  char* values = checked(malloc(size + 1));
  if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) fail("H5Dread");
  free(values);
  ++listing->values;
}

static void list_dataset(hid_t dataset, struct listing* listing) {
  const hid_t properties = H5Dget_create_plist(dataset), type = H5Dget_type(dataset), space = H5Dget_space(dataset);
  const size_t size = H5Tget_size(type) * (size_t)H5Sget_simple_extent_npoints(space);
  if (H5Pget_layout(properties) == H5D_CHUNKED) {
    if (H5Dchunk_iter(dataset, H5P_DEFAULT, add_chunk, listing) < 0) fail("H5Dchunk_iter");
  } else {
    add_reference(listing, H5Dget_offset(dataset), size);
  }
  if (listing->with_values && listing->is_scale) read_values(dataset, type, size, listing);
  H5Sclose(space), H5Tclose(type), H5Pclose(properties);
}

static herr_t list_object(hid_t parent, const char* name, const void* info, void* opaque) {
  (void)info;
  struct listing* listing = opaque;
  const hid_t object = H5Oopen(parent, name, H5P_DEFAULT);
  if (object < 0) fail("H5Oopen");
  listing->is_scale = false;
  if (H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, read_attribute, listing) < 0) fail("H5Aiterate2");
  if (H5Iget_type(object) == H5I_DATASET) list_dataset(object, listing);
  H5Oclose(object);
  return 0;
}

int main(int count, char** arguments) {
  if (count < 2) return 2;
  struct listing listing = {.with_values = strcmp(arguments[1], "values") == 0};
  for (int i = 2; i < count; ++i) {
    listing.attributes = listing.values = listing.count = 0;
    const hid_t file = H5Fopen(arguments[i], 0, H5P_DEFAULT);
    if (file < 0) fail(arguments[i]);
    if (H5Ovisit3(file, H5_INDEX_NAME, H5_ITER_NATIVE, list_object, &listing, H5O_INFO_BASIC) < 0) fail("H5Ovisit3");
    H5Fclose(file);
  }
  free(listing.references);
  printf("%zu references, %zu attributes, %zu scales\n", listing.count, listing.attributes, listing.values);
  return 0;
}
