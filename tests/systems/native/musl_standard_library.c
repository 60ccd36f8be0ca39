/* What glibc has and musl has not, of all that Debian's static libstdc++ asks for: linked with it, this
 * makes the libstdc++.so.6 that the executable needs on musl. For tests only: no exceptions. */
#include <sys/random.h>

void *__dso_handle __attribute__((visibility("hidden"))) = &__dso_handle;
char __libc_single_threaded = 0;

unsigned arc4random(void) {
  unsigned number = 0;
  getrandom(&number, sizeof number, 0);
  return number;
}

int _dl_find_object(void *address, void *result) {
  return -1;
}
