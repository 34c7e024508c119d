// A Vulkan driver with limited memory: the driver that VK_REAL_DRIVER names does everything, but allocations beyond VK_MEMORY_LIMIT
// bytes fail as they do on a GPU. Mesa's own software driver crashes instead if a limit of the process is reached.
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void (*Function)(void);
typedef Function (*GetProcAddr)(void *, const char *);
typedef struct { int32_t type; const void *next; uint64_t bytes; uint32_t memoryType; } AllocateInfo;
typedef int32_t (*Allocate)(void *, const AllocateInfo *, const void *, uint64_t *);
typedef void (*Free)(void *, uint64_t, const void *);

#define OUT_OF_DEVICE_MEMORY (-2)
#define MOST 65536

static Allocate real_allocate;
static Free real_free;
static GetProcAddr real_device_proc_addr;
static struct { uint64_t handle, bytes; } held[MOST];
static uint64_t held_bytes;

static void *driver(const char *name) {
  static void *library;
  if (library == NULL) library = dlopen(getenv("VK_REAL_DRIVER"), RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) { fprintf(stderr, "%s\n", dlerror()); abort(); }
  return dlsym(library, name);
}

static int32_t allocate(void *device, const AllocateInfo *info, const void *allocator, uint64_t *memory) {
  uint64_t limit = strtoull(getenv("VK_MEMORY_LIMIT"), NULL, 10);
  if (held_bytes + info->bytes > limit) return OUT_OF_DEVICE_MEMORY;
  int32_t result = real_allocate(device, info, allocator, memory);
  for (int i = 0; result == 0 && i < MOST; i++) {
    if (held[i].handle != 0) continue;
    held[i].handle = *memory;
    held[i].bytes = info->bytes;
    held_bytes += info->bytes;
    break;
  }
  return result;
}

static void release(void *device, uint64_t memory, const void *allocator) {
  for (int i = 0; i < MOST; i++) {
    if (memory == 0 || held[i].handle != memory) continue;
    held[i].handle = 0;
    held_bytes -= held[i].bytes;
    break;
  }
  real_free(device, memory, allocator);
}

static Function limited(const char *name, Function found) {
  if (strcmp(name, "vkAllocateMemory") == 0) { real_allocate = (Allocate)found; return (Function)allocate; }
  if (strcmp(name, "vkFreeMemory") == 0) { real_free = (Free)found; return (Function)release; }
  return found;
}

static Function device_proc_addr(void *device, const char *name) {
  Function found = real_device_proc_addr(device, name);
  return found == NULL ? NULL : limited(name, found);
}

Function vk_icdGetInstanceProcAddr(void *instance, const char *name) {
  Function found = ((GetProcAddr)driver("vk_icdGetInstanceProcAddr"))(instance, name);
  if (found != NULL && strcmp(name, "vkGetDeviceProcAddr") == 0) {
    real_device_proc_addr = (GetProcAddr)found;
    return (Function)device_proc_addr;
  }
  return found == NULL ? NULL : limited(name, found);
}

int32_t vk_icdNegotiateLoaderICDInterfaceVersion(uint32_t *version) {
  return ((int32_t (*)(uint32_t *))driver("vk_icdNegotiateLoaderICDInterfaceVersion"))(version);
}

Function vk_icdGetPhysicalDeviceProcAddr(void *instance, const char *name) {
  return ((GetProcAddr)driver("vk_icdGetPhysicalDeviceProcAddr"))(instance, name);
}
