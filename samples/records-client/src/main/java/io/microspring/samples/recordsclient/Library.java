package io.microspring.samples.recordsclient;

import java.util.List;

import io.microspring.annotation.MicroClient;

/**
 * The library, as this caller sees it: of a book it only wants to know the title.
 */
@MicroClient("library")
public interface Library {

	Books find(Query query);

	/** What is looked for. */
	record Query(String author) {
	}

	/** What was found. */
	record Books(List<Book> books) {
	}

	/** One book. */
	record Book(String title) {
	}

}
