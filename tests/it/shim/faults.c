/* Preloaded into a server under test: a disk that fails, or that forgets, and calls
 * that the process does not outlive.
 *
 * Only files below SHIM_DIRECTORY are touched. SHIM_STATE names a file with the
 * numbers below, shared with the test. SHIM_FAULT is "CALL N ERROR": the Nth call
 * of write, sync, open or rename fails so; the error SHORT makes a write take half.
 * SHIM_POINT is "WHEN CALL FILES": the process is killed before, after or half way
 * through such a call to a file whose path below the directory fits the pattern
 * FILES (the directory itself is "."), at the one that the fuse in SHIM_STATE says.
 * SHIM_JOURNAL names a directory: before the database is written over, what stood
 * there is kept in it, until a sync has made the write durable. The test puts it
 * back after a kill, as if the power had gone. With SHIM_LIES syncs answer well
 * and do nothing. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum call { WRITE, SYNC, OPEN, RENAME, CALLS };
static const char *const NAMES[CALLS] = {"write", "sync", "open", "rename"};
enum when { BEFORE, HALF, AFTER, WHENS };
static const char *const MOMENTS[WHENS] = {"before", "half", "after"};
#define MOST_FILES 4096
#define MOST_JOURNALS 64
#define SHORT (-1)

/* How often each call was made, how often one was made to fail, and at which call
 * from now on the process dies that SHIM_POINT tells of; 0: at none. */
struct state {
    _Atomic uint64_t calls[CALLS];
    _Atomic uint64_t faults;
    _Atomic uint64_t fuse;
};

/* A write that may be lost: what stood there before, and the length of the file. */
struct before {
    uint64_t offset, kept, length;
};

static struct state nowhere, *state = &nowhere;
static const char *directory, *journal_directory;
static int lies, fault_error;
static enum call fault_call = CALLS;
static uint64_t fault_number;
static enum call point_call = CALLS;
static enum when point_when;
static char point_files[PATH_MAX];
/* Whether a descriptor is of a file below the directory, and whether the point is
 * at it; and its journal, plus 1. */
static _Atomic char ours[MOST_FILES], pointed[MOST_FILES];
static _Atomic int journals[MOST_FILES];
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

#define REAL(result, name, ...)                                   \
    static result (*real)(__VA_ARGS__);                           \
    if (!real) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static ssize_t real_pwrite(int file, const void *bytes, size_t count, off_t offset) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off_t);
    return real(file, bytes, count, offset);
}

static int real_open(const char *path, int flags, mode_t mode) {
    REAL(int, "open64", const char *, int, ...);
    return real(path, flags, mode);
}

static int error_named(const char *name) {
    if (!strcmp(name, "EIO")) return EIO;
    if (!strcmp(name, "ENOSPC")) return ENOSPC;
    if (!strcmp(name, "SHORT")) return SHORT;
    abort();
}

static enum call call_named(const char *name) {
    for (enum call call = WRITE; call < CALLS; call++)
        if (!strcmp(name, NAMES[call])) return call;
    abort();
}

__attribute__((constructor)) static void begin(void) {
    directory = getenv("SHIM_DIRECTORY");
    journal_directory = getenv("SHIM_JOURNAL");
    lies = getenv("SHIM_LIES") != NULL;
    const char *path = getenv("SHIM_STATE");
    if (path) {
        int file = real_open(path, O_RDWR | O_CREAT, 0600);
        if (file < 0 || ftruncate(file, sizeof(struct state))) abort();
        void *shared =
            mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (shared == MAP_FAILED) abort();
        state = shared;
        close(file);
    }
    const char *fault = getenv("SHIM_FAULT");
    if (fault) {
        char call[16], error[16];
        if (sscanf(fault, "%15s %lu %15s", call, &fault_number, error) != 3) abort();
        fault_call = call_named(call);
        fault_error = error_named(error);
    }
    const char *point = getenv("SHIM_POINT");
    if (point) {
        char when[16], call[16];
        if (sscanf(point, "%15s %15s %4095s", when, call, point_files) != 3) abort();
        for (point_when = BEFORE; strcmp(when, MOMENTS[point_when]);)
            if (++point_when == WHENS) abort();
        point_call = call_named(call);
    }
}

static int is_below(const char *path) {
    size_t length = directory ? strlen(directory) : 0;
    return length && !strncmp(path, directory, length);
}

static int is_ours(int file) { return file >= 0 && file < MOST_FILES && ours[file]; }

/* Counts a call; answers the error that it is to fail with, or 0. */
static int fault(enum call call) {
    uint64_t number = atomic_fetch_add(&state->calls[call], 1) + 1;
    if (call != fault_call || number != fault_number) return 0;
    atomic_fetch_add(&state->faults, 1);
    return fault_error;
}

/* Whether the point is at the file of a path below the directory. */
static int is_pointed(const char *path) {
    if (point_call == CALLS) return 0;
    const char *below = path + strlen(directory);
    while (*below == '/') below++;
    return !fnmatch(point_files, *below ? below : ".", 0);
}

/* Dies where this is the call that the fuse tells of. */
static void pass(enum when when, enum call call, int at_point) {
    if (!at_point || call != point_call || when != point_when || !state->fuse) return;
    if (atomic_fetch_sub(&state->fuse, 1) == 1) kill(getpid(), SIGKILL);
}

static int opened(int file, const char *path) {
    if (file < 0 || file >= MOST_FILES) return file;
    ours[file] = 1;
    pointed[file] = (char)is_pointed(path);
    const char *name = strrchr(path, '/');
    if (journal_directory && name && !strcmp(name, "/db")) {
        char journal[PATH_MAX];
        snprintf(journal, sizeof journal, "%s/db", journal_directory);
        int kept = real_open(journal, O_RDWR | O_CREAT, 0600);
        uint64_t durable = sizeof durable;
        struct stat found;
        if (kept < 0 || fstat(kept, &found)) abort();
        if (!found.st_size && real_pwrite(kept, &durable, sizeof durable, 0) < 0) abort();
        journals[file] = kept + 1;
    }
    return file;
}

static int open_any(int at, const char *path, int flags, mode_t mode) {
    REAL(int, "openat64", int, const char *, int, ...);
    if (!is_below(path)) return real(at, path, flags, mode);
    int error = fault(OPEN);
    if (error > 0) return errno = error, -1;
    int at_point = is_pointed(path);
    pass(BEFORE, OPEN, at_point);
    int file = opened(real(at, path, flags, mode), path);
    pass(AFTER, OPEN, at_point);
    return file;
}

#define OPENS(name, parameters, at)                               \
    int name parameters {                                         \
        mode_t mode = 0;                                          \
        if (flags & (O_CREAT | O_TMPFILE)) {                      \
            va_list rest;                                         \
            va_start(rest, flags);                                \
            mode = va_arg(rest, mode_t);                          \
            va_end(rest);                                         \
        }                                                         \
        return open_any(at, path, flags, mode);                   \
    }
OPENS(open, (const char *path, int flags, ...), AT_FDCWD)
OPENS(open64, (const char *path, int flags, ...), AT_FDCWD)
OPENS(openat, (int at, const char *path, int flags, ...), at)
OPENS(openat64, (int at, const char *path, int flags, ...), at)

int close(int file) {
    REAL(int, "close", int);
    if (is_ours(file)) {
        ours[file] = 0;
        int journal = atomic_exchange(&journals[file], 0);
        if (journal) real(journal - 1);
    }
    return real(file);
}

/* Keeps what stands in a file from an offset on, before it is written over. */
static void keep(int file, off_t offset, size_t count) {
    int journal = journals[file] - 1;
    if (journal < 0) return;
    struct stat found, kept;
    if (fstat(file, &found) || fstat(journal, &kept)) abort();
    struct before before = {(uint64_t)offset, 0, (uint64_t)found.st_size};
    if (found.st_size > offset) {
        before.kept = (uint64_t)(found.st_size - offset);
        if (before.kept > count) before.kept = count;
    }
    char *bytes = malloc(sizeof before + before.kept);
    if (!bytes) abort();
    if (pread(file, bytes + sizeof before, before.kept, offset) != (ssize_t)before.kept) abort();
    memcpy(bytes, &before, sizeof before);
    size_t all = sizeof before + before.kept;
    if (real_pwrite(journal, bytes, all, kept.st_size) != (ssize_t)all) abort();
    free(bytes);
}

static ssize_t write_at(int file, const void *bytes, size_t count, off_t offset) {
    if (!is_ours(file)) return real_pwrite(file, bytes, count, offset);
    int error = fault(WRITE);
    if (error > 0) return errno = error, -1;
    if (error == SHORT && count > 1) count /= 2;
    pass(BEFORE, WRITE, pointed[file]);
    pthread_mutex_lock(&order);
    keep(file, offset, count);
    if (point_when == HALF && pointed[file] && state->fuse == 1) count /= 2;
    ssize_t written = real_pwrite(file, bytes, count, offset);
    pass(HALF, WRITE, pointed[file]);
    pthread_mutex_unlock(&order);
    pass(AFTER, WRITE, pointed[file]);
    return written;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    return write_at(file, bytes, count, offset);
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off_t offset) {
    return write_at(file, bytes, count, offset);
}

ssize_t write(int file, const void *bytes, size_t count) {
    REAL(ssize_t, "write", int, const void *, size_t);
    if (!is_ours(file)) return real(file, bytes, count);
    int error = fault(WRITE);
    if (error > 0) return errno = error, -1;
    if (error == SHORT && count > 1) count /= 2;
    pass(BEFORE, WRITE, pointed[file]);
    pthread_mutex_lock(&order);
    keep(file, lseek(file, 0, SEEK_CUR), count);
    if (point_when == HALF && pointed[file] && state->fuse == 1) count /= 2;
    ssize_t written = real(file, bytes, count);
    pass(HALF, WRITE, pointed[file]);
    pthread_mutex_unlock(&order);
    pass(AFTER, WRITE, pointed[file]);
    return written;
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    int error = is_ours(file) ? fault(WRITE) : 0;
    if (error > 0) return errno = error, -1;
    if (is_ours(file) && count > 0) return write(file, parts[0].iov_base, parts[0].iov_len);
    return real(file, parts, count);
}

static int truncate_to(int file, off_t length) {
    REAL(int, "ftruncate64", int, off_t);
    if (!is_ours(file)) return real(file, length);
    int error = fault(WRITE);
    if (error > 0) return errno = error, -1;
    pthread_mutex_lock(&order);
    keep(file, length, SIZE_MAX);
    int truncated = real(file, length);
    pthread_mutex_unlock(&order);
    return truncated;
}
int ftruncate(int file, off_t length) { return truncate_to(file, length); }
int ftruncate64(int file, off_t length) { return truncate_to(file, length); }

/* What was written before a sync began is durable once it has ended. */
static int sync_with(int file, int (*real)(int)) {
    if (!is_ours(file)) return real(file);
    int error = fault(SYNC);
    if (error) return errno = error > 0 ? error : EIO, -1;
    pass(BEFORE, SYNC, pointed[file]);
    if (lies) return 0;
    /* The descriptor that is synced is another than the one that is written. */
    struct stat synced;
    if (fstat(file, &synced)) abort();
    uint64_t durable[MOST_JOURNALS];
    int found[MOST_JOURNALS], count = 0;
    pthread_mutex_lock(&order);
    for (int other = 0; other < MOST_FILES && count < MOST_JOURNALS; other++) {
        struct stat status, kept;
        int journal = journals[other] - 1;
        if (journal < 0 || fstat(other, &status) || status.st_ino != synced.st_ino) continue;
        if (fstat(journal, &kept)) abort();
        found[count] = journal;
        durable[count++] = (uint64_t)kept.st_size;
    }
    pthread_mutex_unlock(&order);
    int done = real(file);
    if (done) return done;
    pthread_mutex_lock(&order);
    for (int at = 0; at < count; at++)
        if (real_pwrite(found[at], &durable[at], sizeof durable[at], 0) < 0) abort();
    pthread_mutex_unlock(&order);
    pass(AFTER, SYNC, pointed[file]);
    return done;
}

int fsync(int file) {
    REAL(int, "fsync", int);
    return sync_with(file, real);
}
int fdatasync(int file) {
    REAL(int, "fdatasync", int);
    return sync_with(file, real);
}

int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    if (!is_below(to)) return real(from, to);
    int error = fault(RENAME);
    if (error) return errno = error > 0 ? error : EIO, -1;
    int at_point = is_pointed(to);
    pass(BEFORE, RENAME, at_point);
    int renamed = real(from, to);
    pass(AFTER, RENAME, at_point);
    return renamed;
}
