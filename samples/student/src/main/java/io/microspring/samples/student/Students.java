package io.microspring.samples.student;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.microspring.annotation.MicroSubscriber;
import io.microspring.samples.student.proto.Student;

import org.springframework.stereotype.Component;

/**
 * Prints the students that enrol, as JSON.
 */
@Component
public class Students {

	@MicroSubscriber(topic = "student.enrolled")
	public void onEnrolled(Student student) throws InvalidProtocolBufferException {
		System.out.println(JsonFormat.printer().omittingInsignificantWhitespace().print(student));
	}

}
