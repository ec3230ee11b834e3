package io.microspring.samples.test;

import io.microspring.samples.records.RecordsApplication;
import io.microspring.samples.recordsclient.RecordsClientApplication;
import io.microspring.test.process.JavaProcess;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RecordsSampleTest {

	@Test
	void clientReadsTheServicesRecordsAsRecordsOfItsOwn() {
		try (Neighbourhood neighbourhood = new Neighbourhood()) {
			neighbourhood.startService("library", RecordsApplication.class);

			JavaProcess client = neighbourhood.start(RecordsClientApplication.class,
					"--micro.registry.mdns.timeout=1s");

			assertThat(client.awaitExit()).as(client.toString()).isZero();
			assertThat(client.lines()).containsExactly("Ulysses", "Dubliners");
		}
	}

}
