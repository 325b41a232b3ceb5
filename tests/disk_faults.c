/* Preloaded into a program: faults of the disk for what lies below a folder named "spool".
   DISK_KILL_AT=N: dies by SIGKILL in the middle of its N-th write, or before its N-th sync, removal or renaming.
   DISK_FULL=FILE: while FILE is there, no write has room, after the first half of it.
   DISK_COUNT=FILE: a byte is appended for each of these operations. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int operations;

static int is_spooled(const char *path) { return strstr(path, "/spool/") != NULL && strstr(path, ".segment") != NULL; }

static int is_ours(int file) {
  char name[64], path[4096];
  snprintf(name, sizeof name, "/proc/self/fd/%d", file);
  ssize_t size = readlink(name, path, sizeof path - 1);
  if (size < 0) return 0;
  path[size] = 0;
  return strstr(path, "/spool/") != NULL;
}

/* Whether it is the last one. */
static int count(void) {
  const char *at = getenv("DISK_KILL_AT"), *counter = getenv("DISK_COUNT");
  int number = ++operations;
  if (counter != NULL) {
    int file = open(counter, O_WRONLY | O_CREAT | O_APPEND, 0600);
    ssize_t (*next)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    next(file, ".", 1);
    close(file);
  }
  return at != NULL && number == atoi(at);
}

static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

ssize_t write(int file, const void *bytes, size_t size) {
  ssize_t (*next)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
  if (!is_ours(file)) return next(file, bytes, size);
  const char *full = getenv("DISK_FULL");
  if (full != NULL && access(full, F_OK) == 0) {
    if (size > 1) return next(file, bytes, size / 2);
    errno = ENOSPC;
    return -1;
  }
  if (count()) {
    next(file, bytes, size / 2);
    die();
  }
  return next(file, bytes, size);
}

int fsync(int file) {
  int (*next)(int) = dlsym(RTLD_NEXT, "fsync");
  if (is_ours(file) && count()) die();
  return next(file);
}

int fdatasync(int file) {
  int (*next)(int) = dlsym(RTLD_NEXT, "fdatasync");
  if (is_ours(file) && count()) die();
  return next(file);
}

int unlink(const char *path) {
  int (*next)(const char *) = dlsym(RTLD_NEXT, "unlink");
  if (is_spooled(path) && count()) die();
  return next(path);
}

int rename(const char *from, const char *to) {
  int (*next)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
  if (is_spooled(from) && count()) die();
  return next(from, to);
}
