/**
 * What "correct" means: the contracts that every implementation of a concept meets
 * (go-micro has no counterpart; its backends are tested one by one).
 */
@NullMarked
package io.microspring.test;

import org.jspecify.annotations.NullMarked;
