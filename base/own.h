#ifndef BASE_OWN_H
#define BASE_OWN_H

/* Runs drop(&variable) when the variable leaves its scope, by whichever return. */
#define PDS_OWN(drop) __attribute__((cleanup(drop)))

#endif
